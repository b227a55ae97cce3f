package text

import "testing"

func TestPluralFormsThatALanguageDoesNotHave(t *testing.T) {
	for _, lang := range Languages {
		for _, n := range []int{0, 1, 2, 5, 11, 21, 22, 60} {
			if s, err := For(lang).Try("mail.code.minutes", Data{"Count": n}); err != nil || s == "" {
				t.Errorf("%s, %d: %q, %v", lang, n, s, err)
			}
		}
	}
}

func TestHas(t *testing.T) {
	for _, lang := range Languages {
		for key, want := range map[string]bool{
			"product.name": true, "mail.code.minutes": true, "mail.fact.device": true, "mail.nothing-like-it": false, "": false,
		} {
			if got := For(lang).Has(key); got != want {
				t.Errorf("%s has %q: %t", lang, key, got)
			}
		}
	}
}

func TestTryRefusesWhatItCannotSay(t *testing.T) {
	for _, lang := range Languages {
		p := For(lang)
		if s, err := p.Try("mail.nothing-like-it"); err == nil {
			t.Errorf("%s: said %q", lang, s)
		}
		if s, err := p.Try("mail.fact.device", Data{}); err == nil {
			t.Errorf("%s: said %q", lang, s)
		}
	}
	if got := For("vi").T("mail.nothing-like-it"); got != "<mail.nothing-like-it>" {
		t.Error(got)
	}
}

func TestMatch(t *testing.T) {
	for in, want := range map[string]string{"ru_RU.UTF-8": "ru", "vi": "vi", "en-GB": "en", "C": "en", "": "en", "tlh": "en"} {
		if got := Match(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
