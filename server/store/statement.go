package store

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// statement is what the text of a statement says, worked out once.
type statement struct {
	// table is the one table that it writes to, or that it reads plainly; empty
	// where that is not known, which stands for all of them.
	table string
	// reads says that it changes nothing; plain that its answer holds until its
	// table is written to.
	reads, plain bool
	// of is the table whose whole rows it gives, where those are tracked.
	of *table
}

// statements are those that a database was given so far. There are some hundred.
type statements struct{ known sync.Map } // text → *statement

func (s *statements) of(text string) *statement {
	if v, ok := s.known.Load(text); ok {
		return v.(*statement) //nolint:forcetypeassert // nothing else is put there
	}
	v, _ := s.known.LoadOrStore(strings.Clone(text), readStatement(text))
	return v.(*statement) //nolint:forcetypeassert // as above
}

// readStatement reads a text. It knows the plain forms in which this package
// writes its statements; of others it says nothing, which is always right.
func readStatement(text string) *statement {
	s := &statement{reads: strings.HasPrefix(text, "SELECT ")}
	if !s.reads {
		for _, verb := range []string{"INSERT INTO ", "UPDATE "} {
			if rest, ok := strings.CutPrefix(text, verb); ok {
				s.table, _ = word(rest)
			}
		}
		return s // with a DELETE goes what hangs on the row
	}
	_, from, ok := strings.Cut(text, " FROM ")
	table, rest := word(from)
	rest = strings.TrimLeft(rest, " ")
	plainly := rest == "" || strings.HasPrefix(rest, "WHERE ") || strings.HasPrefix(rest, "ORDER ")
	if ok && table != "" && plainly && !strings.Contains(text[len("SELECT "):], "SELECT") {
		s.table, s.plain = table, true
	}
	for _, t := range tracked {
		if strings.HasPrefix(text, t.selected) {
			s.of = t
		}
	}
	return s
}

// word cuts the plain name off a text's beginning; the rest begins after it.
func word(s string) (name, rest string) {
	i := strings.IndexFunc(s, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// question is a plain statement with its arguments.
type question struct {
	*statement
	args string
}

// asked names a statement and its arguments; no two lists of arguments have one
// name.
func asked(s *statement, args []any) question {
	if len(args) == 1 { // most have one
		if text, ok := args[0].(string); ok {
			return question{s, text}
		}
	}
	name := make([]byte, 0, 64)
	for _, a := range args {
		name = append(name, 0)
		switch v := a.(type) {
		case string:
			name = append(strconv.AppendInt(name, int64(len(v)), 10), ' ')
			name = append(name, v...)
		case []byte:
			name = append(strconv.AppendInt(name, int64(len(v)), 10), ' ')
			name = append(name, v...)
		case int64:
			name = strconv.AppendInt(name, v, 10)
		case int:
			name = strconv.AppendInt(name, int64(v), 10)
		default:
			name = fmt.Append(name, v)
		}
	}
	return question{s, string(name)}
}
