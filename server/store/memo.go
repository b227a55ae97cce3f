package store

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// remembering is a transaction that does not ask the database twice. Nobody else
// changes what a serializable transaction sees, so an answer holds until the
// transaction itself writes to that table; and of a row that it has read, a
// change writes only the columns that differ, which leaves the indexes of the
// others alone.
type remembering struct {
	t       transaction
	answers map[string]any   // by table, query and arguments
	rows    map[string][]any // columns as they are stored, by table and key
}

func remember(t transaction) *remembering {
	return &remembering{t: t, answers: map[string]any{}, rows: map[string][]any{}}
}

func (r *remembering) exec(ctx context.Context, query string, args ...any) (changed, error) {
	r.forget(query)
	return r.t.exec(ctx, query, args...)
}

func (r *remembering) query(ctx context.Context, each func(scanner) error, query string, args ...any) error {
	if !strings.HasPrefix(query, "SELECT ") { // an update that gives its rows
		r.forget(query)
	}
	return r.t.query(ctx, each, query, args...)
}

// forget drops what a statement may change: everything of its table, and with a
// DELETE everything, for what hangs on the row goes with it.
func (r *remembering) forget(query string) {
	table := ""
	if rest, ok := strings.CutPrefix(query, "INSERT INTO "); ok {
		table, _ = word(rest)
	} else if rest, ok := strings.CutPrefix(query, "UPDATE "); ok {
		table, _ = word(rest)
	}
	if table == "" {
		clear(r.answers)
		clear(r.rows)
		return
	}
	dropTable(r.answers, table)
	dropTable(r.rows, table)
}

// word cuts the plain name off a text's beginning; the rest begins after it.
func word(s string) (name, rest string) {
	i := strings.IndexFunc(s, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

func dropTable[T any](m map[string]T, table string) {
	for k := range m {
		if strings.HasPrefix(k, table) && k[len(table)] == 0 {
			delete(m, k)
		}
	}
}

// answerKey names a query and its arguments; empty where its answer is not kept:
// where it is anything but a plain one of one table.
func answerKey(query string, args []any) string {
	_, from, ok := strings.Cut(query, " FROM ")
	table, rest := word(from)
	rest = strings.TrimLeft(rest, " ")
	plainly := rest == "" || strings.HasPrefix(rest, "WHERE ") || strings.HasPrefix(rest, "ORDER ")
	if !ok || table == "" || !plainly || !strings.HasPrefix(query, "SELECT ") || strings.Contains(query[len("SELECT "):], "SELECT") {
		return ""
	}
	key := make([]byte, 0, len(table)+len(query)+48)
	key = append(append(append(key, table...), 0), query...)
	for _, a := range args {
		key = append(key, 0)
		switch v := a.(type) {
		case string:
			key = append(strconv.AppendInt(key, int64(len(v)), 10), ' ')
			key = append(key, v...)
		case []byte:
			key = append(strconv.AppendInt(key, int64(len(v)), 10), ' ')
			key = append(key, v...)
		case int64:
			key = strconv.AppendInt(key, v, 10)
		default:
			key = fmt.Append(key, v)
		}
	}
	return string(key)
}

// tracked are the tables whose rows are read, changed and saved whole, and have
// indexes beside the key.
func tracked(query string) *table {
	for _, t := range []*table{&devices, &challenges, &messages} {
		if strings.HasPrefix(query, t.selected) {
			return t
		}
	}
	return nil
}

// keeper is a row that is kept as it was stored while it is read.
type keeper struct {
	scanner
	r *remembering
	t *table
}

func (k keeper) Scan(dest ...any) error {
	if err := k.scanner.Scan(dest...); err != nil || len(dest) != len(k.t.columns) {
		return err
	}
	values := make([]any, len(dest))
	for i, d := range dest {
		switch v := d.(type) {
		case *string:
			values[i] = *v
		case *int64:
			values[i] = *v
		case *int:
			values[i] = int64(*v)
		case *[]byte:
			values[i] = bytes.Clone(*v)
		} // what is of another kind counts as changed
	}
	k.r.rows[rowKey(k.t, values[0])] = values
	return nil
}

func rowKey(t *table, key any) string { return t.name + "\x00" + fmt.Sprint(key) }

// narrow gives the update of the columns that differ from the row as it was
// read. It says false where the row was not read in this transaction.
func (r *remembering) narrow(t *table, values []any) (query string, args []any, ok bool) {
	before := r.rows[rowKey(t, plain(values[0]))]
	if before == nil {
		return "", nil, false
	}
	var sets strings.Builder
	args = append(args, values[0])
	for i := 1; i < len(values); i++ {
		if same(before[i], plain(values[i])) {
			continue
		}
		if len(args) > 1 {
			sets.WriteString(", ")
		}
		args = append(args, values[i])
		sets.WriteString(t.columns[i] + " = $" + strconv.Itoa(len(args)))
	}
	if len(args) == 1 {
		return "", nil, true
	}
	return "UPDATE " + t.name + " SET " + sets.String() + " WHERE " + t.columns[0] + " = $1", args, true
}

// keep remembers a row as it was just saved.
func (r *remembering) keep(t *table, values []any) {
	row := make([]any, len(values))
	for i, v := range values {
		if row[i] = plain(v); row[i] != nil {
			if b, ok := v.([]byte); ok {
				row[i] = bytes.Clone(b)
			}
		}
	}
	r.rows[rowKey(t, row[0])] = row
}

// plain is an argument as a column gives it back; nil where that is not known.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case string, int64, []byte:
		return v
	}
	return nil
}

func same(a, b any) bool {
	x, isBytes := a.([]byte)
	y, areBytes := b.([]byte)
	if isBytes || areBytes {
		return isBytes && areBytes && bytes.Equal(x, y)
	}
	return a != nil && a == b
}
