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
	known map[string]*area // by every key of the language
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
func (p *Printer) Has(key string) bool { return p.known[key] != nil }

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
	of := p.known[key]
	if of == nil {
		return "", fmt.Errorf("text %q: there is no such sentence", key)
	}
	s, err := of.localizer().Localize(cfg)
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

// area is one file of sentences. It is read when the first of them is said: a
// server never says what stands in a window.
type area struct {
	file      string
	localizer func() *i18n.Localizer
}

func newArea(file string) *area {
	return &area{file, sync.OnceValue(func() *i18n.Localizer {
		tag := language.Make(languageOf(file))
		b := i18n.NewBundle(tag)
		b.RegisterUnmarshalFunc("json", json.Unmarshal)
		// go-i18n takes the language from the file name's last part but one.
		if _, err := b.ParseMessageFileBytes(read(file), path.Base(file)); err != nil {
			panic(fmt.Errorf("%s: %w", file, err))
		}
		return i18n.NewLocalizer(b, tag.String())
	})}
}

// languageOf is the last part but one of "translations/mail.en.json".
func languageOf(file string) string {
	return strings.TrimPrefix(path.Ext(strings.TrimSuffix(file, ".json")), ".")
}

func read(file string) []byte {
	raw, err := assets.Translations.ReadFile(file)
	if err != nil {
		panic(err) // it is part of the program
	}
	return raw
}

// load finds out which sentence stands where.
func load() map[string]*Printer {
	all := map[string]*Printer{}
	for _, lang := range Languages {
		all[lang] = &Printer{lang: lang, known: map[string]*area{}}
	}
	files, err := fs.Glob(assets.Translations, "translations/*.json")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		var sentences map[string]json.RawMessage
		if err := json.Unmarshal(read(file), &sentences); err != nil {
			panic(fmt.Errorf("%s: %w", file, err))
		}
		of := newArea(file)
		for key := range sentences {
			all[languageOf(file)].known[key] = of
		}
	}
	return all
}
