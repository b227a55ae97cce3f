package housetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// plurals are the plural forms that each language of the project needs (CLDR).
var plurals = map[string][]string{"en": {"one", "other"}, "vi": {"other"}, "ru": {"few", "many", "one", "other"}}

type sentence struct {
	forms map[string]string // "" for a plain sentence
	file  string
}

// sentences reads every translation: language → key → sentence.
func sentences(t *testing.T) map[string]map[string]sentence {
	t.Helper()
	out := map[string]map[string]sentence{}
	names, err := filepath.Glob(filepath.Join(root(t), "assets/translations/*.json"))
	if err != nil || len(names) == 0 {
		t.Fatal("no translations", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var flat map[string]any
		if err := json.Unmarshal(raw, &flat); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lang := strings.Split(path.Base(name), ".")[1]
		if out[lang] == nil {
			out[lang] = map[string]sentence{}
		}
		for key, v := range flat {
			if old, twice := out[lang][key]; twice {
				t.Errorf("%s: %q is also in %s", path.Base(name), key, old.file)
			}
			out[lang][key] = sentence{formsOf(v), path.Base(name)}
		}
	}
	return out
}

func formsOf(v any) map[string]string {
	if s, ok := v.(string); ok {
		return map[string]string{"": s}
	}
	out := map[string]string{}
	for form, s := range v.(map[string]any) {
		out[form] = fmt.Sprint(s)
	}
	return out
}

func TestEveryKeyInEveryLanguage(t *testing.T) {
	all := sentences(t)
	for _, lang := range text.Languages {
		for key := range all["en"] {
			if _, ok := all[lang][key]; !ok {
				t.Errorf("%s has no %q", lang, key)
			}
		}
		for key, s := range all[lang] {
			if _, ok := all["en"][key]; !ok {
				t.Errorf("%s: %q is not in English", s.file, key)
			}
			forms := slices.Sorted(maps.Keys(s.forms))
			if len(forms) > 1 || forms[0] != "" {
				if !slices.Equal(forms, plurals[lang]) {
					t.Errorf("%s: %q has the forms %v, %s needs %v", s.file, key, forms, lang, plurals[lang])
				}
			}
			for form, words := range s.forms {
				if strings.TrimSpace(words) == "" {
					t.Errorf("%s: %q %s is empty", s.file, key, form)
				}
			}
		}
	}
}

var field = regexp.MustCompile(`\{\{\s*\.(\w+)`)

func TestTranslationsFillTheSameFields(t *testing.T) {
	all := sentences(t)
	for key, en := range all["en"] {
		want := fieldsOf(en)
		for _, lang := range text.Languages[1:] {
			if got := fieldsOf(all[lang][key]); !slices.Equal(got, want) {
				t.Errorf("%q: English has the fields %v, %s has %v", key, want, lang, got)
			}
		}
	}
}

func fieldsOf(s sentence) []string {
	set := map[string]bool{}
	for _, words := range s.forms {
		for _, m := range field.FindAllStringSubmatch(words, -1) {
			set[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

var cyrillic, latin = regexp.MustCompile(`\p{Cyrillic}`), regexp.MustCompile(`[A-Za-z]{4,}`)

func TestTranslationsAreTranslated(t *testing.T) {
	all := sentences(t)
	for key, en := range all["en"] {
		for form, words := range all["ru"][key].forms {
			plain := regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllString(words, "")
			if latin.MatchString(plain) && !cyrillic.MatchString(plain) && words != en.forms[form] {
				t.Errorf("%q: the Russian sentence has no Russian word: %q", key, words)
			}
		}
	}
}

// keyUse finds keys in the code that are written as a literal.
var keyUse = regexp.MustCompile(`\.(?:T|Try|say)\("([a-z0-9_]+(?:[.\-][A-Za-z0-9_\-]+)+)"`)

func TestEveryKeyInTheCodeHasASentence(t *testing.T) {
	en := sentences(t)["en"]
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		for _, m := range keyUse.FindAllStringSubmatch(f.text, -1) {
			if _, ok := en[m[1]]; !ok {
				t.Errorf("%s says %q, which has no sentence", f.path, m[1])
			}
		}
	}
}
