package deliver

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestNamesBecomeHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"LAPTOP-7":                       "LAPTOP-7",
		"Máy của Kim":                    "Máy của Kim",
		"Маша’s ноутбук (дом)":           "Маша’s ноутбук (дом)",
		"LAP\r\nBcc: eve@example.org":    "LAP Bcc eve example org",
		"\u202eevil\u2028x\x00y":         "evil x y",
		"see https://evil.example/x now": "see https evil example x now",
		"www.evil.example":               "www evil example",
		"No. 7.":                         "No. 7.",
		"<b>TOP</b>":                     "b TOP b",
		"{{.Code}}":                      "Code",
		"\n\t ":                          "",
		"🙂":                              "",
		strings.Repeat("Ж", 100):         strings.Repeat("Ж", 63) + "…",
		"a" + strings.Repeat(" ", 500) + "b\u200bc": "a b c",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"192.0.2.0/24": "192.0.2.0/24", "2001:db8::/48": "2001:db8::/48", "Huế, Việt Nam": "Huế, Việt Nam", "a\r\n<i>b": "a i b",
	} {
		if got := cleanPlace(in); got != want {
			t.Errorf("place %q: %q, want %q", in, got, want)
		}
	}
}

func TestNamesCannotAddLinesOrTags(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		m := full(kind, "vi")
		m.Device = "A&B's\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>"
		m.Place = "x\r\nSubject: y<img src=x>"
		l, err := Write(m, theSender, start)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"\r", "\nBcc", "\nSubject", "<script", "<img", "eve@example.org"} {
			if strings.Contains(l.Subject+l.Text+l.HTML, bad) {
				t.Errorf("%s: %q got through:\n%s", kind, bad, l.Text)
			}
		}
		if kinds[kind].named && !strings.Contains(l.HTML, "A&amp;B&#39;s") {
			t.Errorf("%s: not escaped:\n%s", kind, l.HTML)
		}
	}
}

func TestDetailsHoldNoAddressAndNoCode(t *testing.T) {
	l := Letter{To: "kim.nguyen@example.org", Code: "4HT-M3X-R9W"}
	other := code.WithCheck("ABCDEFGH")
	for in, want := range map[string]string{
		"451 4.7.1 <kim.nguyen@example.org>: Greylisted":             "451 4.7.1 <(hidden)>: Greylisted",
		"550 5.1.1 KIM.NGUYEN@example.org unknown":                   "550 5.1.1 (hidden) unknown",
		"550 5.1.1 someone.else@sub.example.org unknown":             "550 5.1.1 (hidden) unknown",
		"550 5.1.1 Kim.Nguyen unknown at EXAMPLE.org":                "550 5.1.1 (hidden) unknown at (hidden)",
		"250 2.0.0 Ok: queued as 4F8A1C2D":                           "250 2.0.0 Ok: queued as 4F8A1C2D",
		"554 spam: 4ht-m3x-r9w or 4HTM3XR9W or 4ht m3x r9w":          "554 spam: (hidden) or (hidden) or (hidden)",
		"554 looks like " + other + " or 482362 or 482-362":          "554 looks like (hidden) or (hidden) or (hidden)",
		"421 line one\r\nline two\x00é":                              "421 line one line two",
		"550 see https://help.example.net/?to=kim%40example.org now": "550 see https://help.example.net/ now",
		"": "",
	} {
		if got := cleanDetail(in, l); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if n := utf8.RuneCountInString(cleanDetail("550 "+strings.Repeat("word ", 500), l)); n > detailMost {
		t.Errorf("%d characters", n)
	}
}
