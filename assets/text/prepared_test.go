package text

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// everyForm calls do for every sentence of a language with values for its fields,
// and with counts that between them pick every plural form.
func everyForm(p *Printer, do func(key string, fields Data)) {
	for key := range p.known {
		for _, n := range []int{noCount, 0, 1, 2, 5, 11, 21, countMost + 1} {
			do(key, fieldsOf(p, key, n))
		}
	}
}

var aField = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func fieldsOf(p *Printer, key string, n int) Data {
	seen := &reader{}
	cfg := &i18n.LocalizeConfig{MessageID: key, TemplateParser: seen}
	fields := Data{}
	if n != noCount {
		fields["Count"] = n
		cfg.PluralCount = n
	}
	_, _ = p.known[key].localizer().Localize(cfg)
	for _, m := range aField.FindAllStringSubmatch(seen.src, -1) {
		if m[1] != "Count" {
			fields[m[1]] = "«" + m[1] + "» <b>&{{.Count}}"
		}
	}
	return fields
}

// reader keeps a template's text.
type reader struct{ src string }

func (r *reader) Cacheable() bool { return false }
func (r *reader) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	r.src = src
	return r, nil
}
func (r *reader) Execute(any) (string, error) { return r.src, nil }

// TestFilledSentencesAreTheLibrarys: whatever is said from the pieces is what the
// library says, in every language, sentence and plural form.
func TestFilledSentencesAreTheLibrarys(t *testing.T) {
	for _, lang := range Languages {
		p, n, filled := For(lang), 0, 0
		everyForm(p, func(key string, fields Data) {
			n++
			want, wantErr := p.localize(key, fields)
			for range 2 { // cut, and kept
				got, err := p.Try(key, fields)
				if got != want || (err == nil) != (wantErr == nil) {
					t.Errorf("%s %s %v: %q, %v; the library: %q, %v", lang, key, fields, got, err, want, wantErr)
				}
			}
			if of := p.sentence(key, fields); of != nil {
				if _, ok := of.fill(fields); ok {
					filled++
				}
			}
		})
		t.Logf("%s: %d of %d filled without the library", lang, filled, n)
		if filled < n*3/4 {
			t.Errorf("%s: the library said %d of %d", lang, n-filled, n)
		}
	}
}

// TestOneField: the short way says the same.
func TestOneField(t *testing.T) {
	for _, lang := range Languages {
		p := For(lang)
		everyForm(p, func(key string, fields Data) {
			for name, value := range fields {
				value, text := value.(string)
				if !text || len(fields) != 1 {
					continue
				}
				want, wantErr := p.localize(key, fields)
				if got, err := p.Fill(key, name, value); got != want || (err == nil) != (wantErr == nil) {
					t.Errorf("%s %s %s: %q, %v; the library: %q, %v", lang, key, name, got, err, want, wantErr)
				}
				if got, err := p.Fill(key, "Another", value); err == nil {
					t.Errorf("%s %s without %s: %q", lang, key, name, got)
				}
			}
		})
	}
	if s, err := For("en").Fill("mail.nothing-like-it", "Device", "x"); err == nil {
		t.Error(s)
	}
}

// TestWhatIsNotFilledIsAnError: never a gap.
func TestWhatIsNotFilledIsAnError(t *testing.T) {
	p := For("ru")
	for key, bad := range map[string][]Data{
		"mail.fact.device": {nil, {}, {"Device": nil}, {"Other": "x"}},
	} {
		for _, fields := range bad {
			for range 2 {
				if s, err := p.Try(key, fields); err == nil {
					t.Errorf("%s %v: %q", key, fields, s)
				}
			}
		}
	}
	if s, err := p.Try("mail.fact.device", Data{"Device": 7.5}); err != nil || !strings.Contains(s, "7.5") {
		t.Errorf("a number of another kind: %q, %v", s, err)
	}
}

func TestOnlyPlainFieldsAreCut(t *testing.T) {
	for src, want := range map[string]bool{
		"": true, "no field": true, "{{.A}}": true, "a {{.A}} b {{.B}}": true,
		"{{if .A}}x{{end}}": false, "{{.A | html}}": false, "{{.A.B}}": false, "{{ .A }}": false, "{{.A": false, "{{.}}": false, "{{}}": false,
	} {
		if got := cutUp(src) != nil; got != want {
			t.Errorf("%q: %t", src, got)
		}
	}
}

// TestKeptSentencesAreBounded: neither unknown keys nor large counts are kept.
func TestKeptSentencesAreBounded(t *testing.T) {
	p := For("vi")
	before := len(p.ready.list)
	for n := countMost + 1; n < countMost+500; n++ {
		_, _ = p.Try("mail.code.minutes", Data{"Count": n})
		_ = p.T("mail.nothing." + strings.Repeat("x", n))
	}
	if after := len(p.ready.list); after != before {
		t.Errorf("%d kept, before %d", after, before)
	}
}

func TestManyAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	p := load()["en"] // nothing cut yet
	for range 8 {
		wg.Go(func() {
			for n := range countMost {
				if s, err := p.Try("mail.code.minutes", Data{"Count": n}); err != nil || s == "" {
					t.Error(s, err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkTry is a sentence with one field.
func BenchmarkTry(b *testing.B) {
	p := For("ru")
	b.ReportAllocs()
	for b.Loop() {
		_ = p.T("mail.fact.device", Data{"Device": "LAPTOP-7"})
	}
}

// BenchmarkFill is the same by the short way.
func BenchmarkFill(b *testing.B) {
	p := For("ru")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = p.Fill("mail.fact.device", "Device", "LAPTOP-7")
	}
}
