package text

import (
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// sentence is one form of a sentence, cut at its fields: between two pieces stands
// one field. Filling it takes a hundredth of the time of a template.
type sentence struct {
	pieces, fields []string
	size           int
}

// prepared keeps sentences once they were cut. There are no more than forms of
// sentences, and for counts up to countMost one for each.
type prepared struct {
	mu   sync.RWMutex
	list map[form]*sentence
}

// form is a sentence and the number that picks its plural; noCount where none does.
type form struct {
	key   string
	count int
}

const (
	noCount   = -1
	countMost = 120 // a code's life in minutes, changes, codes left, hours
)

// Fill is Try for a sentence with one field, which is a text.
func (p *Printer) Fill(key, field, value string) (string, error) {
	if s := p.form(form{key, noCount}); s != nil && len(s.fields) == 1 && s.fields[0] == field && field != "Count" {
		return s.pieces[0] + value + s.pieces[1], nil
	}
	return p.Try(key, Data{field: value})
}

// sentence gives the form of a sentence that fits, cut, or nil where the library
// must say it: with an unusual count, and where there is no such sentence.
func (p *Printer) sentence(key string, fields Data) *sentence {
	f := form{key, noCount}
	if v, counts := fields["Count"]; counts {
		n, whole := v.(int)
		if !whole || n < 0 || n > countMost {
			return nil
		}
		f.count = n
	}
	return p.form(f)
}

func (p *Printer) form(f form) *sentence {
	p.ready.mu.RLock()
	s, cut := p.ready.list[f]
	p.ready.mu.RUnlock()
	if cut || !p.Has(f.key) {
		return s
	}
	s = p.cut(f)
	p.ready.mu.Lock()
	defer p.ready.mu.Unlock()
	if p.ready.list == nil {
		p.ready.list = map[form]*sentence{}
	}
	p.ready.list[f] = s
	return s
}

// cut has the library pick the form, and cuts it; nil where it holds more than
// plain fields.
func (p *Printer) cut(f form) *sentence {
	k := &knife{}
	cfg := &i18n.LocalizeConfig{MessageID: f.key, TemplateParser: k}
	if f.count != noCount {
		cfg.PluralCount = f.count
	}
	// A form that the language does not have is an error beside the "other" form.
	if _, err := p.known[f.key].localizer().Localize(cfg); err != nil && k.got == nil {
		return nil
	}
	return k.got
}

// knife takes the place of the library's templates: it keeps what it is given.
type knife struct{ got *sentence }

func (k *knife) Cacheable() bool { return false }

func (k *knife) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	k.got = cutUp(src)
	return k, nil
}

func (k *knife) Execute(any) (string, error) { return "", nil }

// cutUp cuts "Hello, {{.Name}}"; nil where there is another kind of template in it.
func cutUp(src string) *sentence {
	s := &sentence{size: len(src)}
	for {
		before, rest, found := strings.Cut(src, "{{")
		s.pieces = append(s.pieces, before)
		if !found {
			return s
		}
		field, after, closed := strings.Cut(rest, "}}")
		name, dot := strings.CutPrefix(field, ".")
		if !closed || !dot || !plainName(name) {
			return nil
		}
		s.fields, src = append(s.fields, name), after
	}
}

func plainName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }) < 0
}

// fill puts the values in; it says false where one is missing, or is neither a
// text nor a number.
func (s *sentence) fill(fields Data) (string, bool) {
	if len(s.fields) == 0 {
		return s.pieces[0], true
	}
	size := s.size
	for _, name := range s.fields {
		switch v := fields[name].(type) {
		case string:
			size += len(v)
		case int:
		default:
			return "", false
		}
	}
	var out strings.Builder
	out.Grow(size)
	for i, name := range s.fields {
		out.WriteString(s.pieces[i])
		if v, is := fields[name].(string); is {
			out.WriteString(v)
		} else {
			var digits [20]byte
			out.Write(strconv.AppendInt(digits[:0], int64(fields[name].(int)), 10))
		}
	}
	out.WriteString(s.pieces[len(s.fields)])
	return out.String(), true
}
