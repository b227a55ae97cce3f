// Package text looks up the sentences that people read, in the three languages
// of the project. Window, command line, portal and messages all use it. What
// does not belong here: the sentences themselves (assets/translations).
package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/seed-1feef0b2/holdfast/assets"
)

// Languages are the languages of the project, English first.
var Languages = []string{"en", "vi", "ru"}

// Data fills the fields of a sentence. Count, where present, picks the plural.
type Data map[string]any

// Printer says sentences in one language. It may be used by several goroutines.
type Printer struct {
	lang  string
	loc   *i18n.Localizer
	known map[string]bool // every key of the language
	ready prepared
}

var printers = sync.OnceValue(load)

// For gives the printer of a language: "vi", "ru_RU.UTF-8" and "en-GB" all
// work; an unknown language gets English.
func For(lang string) *Printer { return printers()[Match(lang)] }

// Match gives the project's language that fits a locale name best.
func Match(locale string) string {
	base, _, _ := strings.Cut(strings.ToLower(locale), ".")
	base, _, _ = strings.Cut(base, "_")
	base, _, _ = strings.Cut(base, "-")
	for _, l := range Languages {
		if l == base {
			return l
		}
	}
	return "en"
}

// Language is the printer's language: en, vi or ru.
func (p *Printer) Language() string { return p.lang }

// T says the sentence of a key. An unknown key gives the key itself in angle
// brackets, which a test looks for; it never gives an empty text.
func (p *Printer) T(key string, data ...Data) string {
	s, err := p.Try(key, data...)
	if err != nil {
		return "<" + key + ">"
	}
	return s
}

// Has says whether a key has a sentence.
func (p *Printer) Has(key string) bool { return p.known[key] }

// Try is T with an error: for an unknown key and for a field that the data does
// not fill.
func (p *Printer) Try(key string, data ...Data) (string, error) {
	var fields Data
	if len(data) > 0 {
		fields = data[0]
	}
	if of := p.sentence(key, fields); of != nil {
		if s, ok := of.fill(fields); ok {
			return s, nil
		}
	}
	return p.localize(key, fields)
}

// localize has the library say a sentence.
func (p *Printer) localize(key string, fields Data) (string, error) {
	cfg := &i18n.LocalizeConfig{MessageID: key}
	if fields != nil {
		cfg.TemplateData = map[string]any(maps.Clone(fields))
		if n, ok := fields["Count"]; ok {
			cfg.PluralCount = n
		}
	}
	s, err := p.loc.Localize(cfg)
	var missing *i18n.MessageNotFoundErr
	// A form that the language's sentence does not have gives the "other" form
	// and an error: the plural rules of the library know a "one" in Vietnamese,
	// the language does not.
	if err != nil && (s == "" || errors.As(err, &missing)) {
		return "", fmt.Errorf("text %q: %w", key, err)
	}
	if strings.Contains(s, "<no value>") {
		return "", fmt.Errorf("text %q: a field is not filled", key)
	}
	return s, nil
}

func load() map[string]*Printer {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	all := map[string]*Printer{}
	for _, lang := range Languages {
		all[lang] = &Printer{lang: lang, known: map[string]bool{}}
	}
	names, err := fs.Glob(assets.Translations, "translations/*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		raw, err := assets.Translations.ReadFile(name)
		if err != nil {
			panic(err)
		}
		// go-i18n takes the language from the file name's last part but one.
		file, err := b.ParseMessageFileBytes(raw, path.Base(name))
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		for _, m := range file.Messages {
			all[file.Tag.String()].known[m.ID] = true
		}
	}
	for _, lang := range Languages {
		all[lang].loc = i18n.NewLocalizer(b, lang)
	}
	return all
}
