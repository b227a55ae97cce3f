package deliver

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

var start = time.Date(2026, 11, 22, 14, 9, 0, 0, time.UTC)

const (
	theCode    = "4HTM3XR9W" // as the server gives it
	theAccount = "402593718460"
	theSender  = "holdfast@keys.example.org"
)

// full is a message of a kind with every fact that there can be.
func full(kind, lang string) server.Message {
	m := server.Message{
		ID: 7, To: "kim.nguyen@example.org", Channel: api.ChannelEmail, Kind: kind, Language: lang,
		Account: code.AccountWithCheck(theAccount[:11]), Reference: "K7Q", Device: "LAPTOP-7", Place: "192.0.2.0/24",
		MessageID: "9f86d081884c7d65@keys.example.org", Attempt: 1, Created: start, Expires: start.Add(24 * time.Hour),
		Life: time.Hour,
		Changes: []api.Change{
			{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1},
			{Class: "driver", Kind: "module", Change: api.Changed, Count: 9},
		},
		Data: map[string]string{"Time": "2026-11-22T14:09:00Z", "Policy": api.Strict, "Groups": "board,network", "Hours": "72", "Until": "2026-11-25T14:09:00Z"},
	}
	if kinds[kind].code {
		m.Code = theCode
	} else {
		m.Reference = ""
	}
	return m
}

// bare gives a message with every choice of optional facts missing, by the bits
// of n.
func bare(m server.Message, n int) server.Message {
	for bit, drop := range []func(){
		func() { m.Device = "" }, func() { m.Place = "" }, func() { m.Changes = nil },
		func() { m.Data, m.Created = nil, time.Time{} }, func() { m.Account = "" },
	} {
		if n>>bit&1 == 1 {
			drop()
		}
	}
	return m
}

// gap is what a sentence looks like whose field was empty, or that is not there.
var gap = regexp.MustCompile(`<no value>|\{\{|\}\}|\(\s*\)|“\s*”|«\s*»|"\s*"[^ />]|<mail\.|<drift\.|: ?\n[^-]|:\s*$| ,| \.|%!|<li></li>|<p[^>]*></p>`)

func TestNoGapInAnyLanguage(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		for _, lang := range text.Languages {
			for n := range 32 {
				if lang != "en" && n != 0 && n != 31 && bits.OnesCount(uint(n)) > 1 {
					continue
				}
				from := theSender
				if n >= 16 {
					from = "" // the local outbox
				}
				l, err := Write(bare(full(kind, lang), n), from, start)
				if err != nil {
					t.Fatalf("%s %s %05b: %v", kind, lang, n, err)
				}
				wellFormed(t, fmt.Sprintf("%s %s %05b", kind, lang, n), l)
			}
		}
	}
}

func wellFormed(t *testing.T, name string, l Letter) {
	t.Helper()
	if m := gap.FindString(l.Subject + "\n" + l.Text); m != "" {
		t.Errorf("%s: a gap %q in\n%s\n%s", name, m, l.Subject, l.Text)
	}
	if m := regexp.MustCompile(`<li></li>|<p[^>]*>\s*</p>|“\s*”|«\s*»|&lt;no value`).FindString(l.HTML); m != "" {
		t.Errorf("%s: a gap %q in\n%s", name, m, l.HTML)
	}
	if n := utf8.RuneCountInString(l.Subject); n > 78 || strings.ContainsAny(l.Subject, "\r\n") {
		t.Errorf("%s: subject of %d characters: %q", name, n, l.Subject)
	}
	if n := utf8.RuneCountInString(l.Text); n > 2200 || n < 100 {
		t.Errorf("%s: text of %d characters", name, n)
	}
	if strings.Contains(l.Text+l.HTML, "http") || strings.Contains(l.HTML, "href") || strings.Contains(l.HTML, "src=") {
		t.Errorf("%s: a link", name)
	}
	if !strings.HasSuffix(l.Text, "\n") || strings.Contains(l.Text, "\n\n\n") || strings.Contains(l.Text, "\r") {
		t.Errorf("%s: badly set:\n%q", name, l.Text)
	}
}

func TestEveryKindOfTheServerHasTexts(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		if _, ok := kinds[kind]; !ok {
			t.Errorf("no texts for %s", kind)
		}
		if kinds[kind].code != strings.HasPrefix(kind, server.MessageCodePrefix) {
			t.Errorf("%s: wrong about the code", kind)
		}
	}
	if len(kinds) != len(server.MessageKinds()) {
		t.Errorf("%d kinds have texts, the server has %d", len(kinds), len(server.MessageKinds()))
	}
}

// TestTheOneLink: where the server gives one, it stands in both shapes, after what
// to do, and the message says that it only shuts things out; there is no other.
func TestTheOneLink(t *testing.T) {
	const link = "https://keys.example.org/not-me/abc_DEF-123"
	for _, kind := range server.MessageKinds() {
		for _, lang := range text.Languages {
			m := full(kind, lang)
			m.Link = link
			l, err := Write(m, theSender, start)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(l.Text, "http") != 1 || !strings.Contains(l.Text, "\n"+link+"\n") {
				t.Errorf("%s %s:\n%s", kind, lang, l.Text)
			}
			if strings.Count(l.HTML, "http") != 1 || strings.Count(l.HTML, "href") != 1 || !strings.Contains(l.HTML, `href="`+link+`"`) {
				t.Errorf("%s %s:\n%s", kind, lang, l.HTML)
			}
			p := text.For(lang)
			if !strings.Contains(l.Text, p.T("mail.foot.link", nil)) || strings.Contains(l.Text, p.T("mail.foot", nil)) {
				t.Errorf("%s %s: the foot is wrong about links:\n%s", kind, lang, l.Text)
			}
			if gap.MatchString(strings.ReplaceAll(l.Text, p.T("mail.not-me.link", nil), "")) {
				t.Errorf("%s %s: a gap:\n%s", kind, lang, l.Text)
			}
		}
	}
	m := full(server.NoticeActivated, "en")
	for _, bad := range []string{"javascript:alert(1)", "//x", "not-me/abc", "data:text/html,x"} {
		m.Link = bad
		if _, err := Write(m, theSender, start); err == nil {
			t.Errorf("%s became a link", bad)
		}
	}
}

func TestCodeMessageSaysWhatItMust(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		if !kinds[kind].code {
			continue
		}
		for _, lang := range text.Languages {
			l, err := Write(full(kind, lang), theSender, start)
			if err != nil {
				t.Fatal(err)
			}
			p := text.For(lang)
			if !strings.HasPrefix(l.Text, "4HT-M3X-R9W ") || l.Code != "4HT-M3X-R9W" {
				t.Errorf("%s %s: the code does not come first:\n%s", kind, lang, l.Text)
			}
			for _, want := range []string{
				"LAPTOP-7", "60 ", "K7Q", "192.0.2.0/24", "14:09", "2026", theSender,
				p.T("mail.code.nobody-asks"), p.T("mail." + kind + ".not-me"),
			} {
				if !strings.Contains(l.Text, want) || !strings.Contains(l.HTML, want) {
					t.Errorf("%s %s: does not say %q:\n%s", kind, lang, want, l.Text)
				}
			}
			if l.Subject != Subject(kind, lang, "K7Q") || !strings.Contains(l.Subject, "Holdfast") || !strings.Contains(l.Subject, "K7Q") {
				t.Errorf("%s %s: subject %q", kind, lang, l.Subject)
			}
			if strings.Contains(l.Subject, "4HT") {
				t.Errorf("%s %s: the subject holds the code", kind, lang)
			}
		}
	}
}

// TestNewAndChangedAreToldApart: a code for somebody else's new computer must
// not read like one for the reader's own.
func TestNewAndChangedAreToldApart(t *testing.T) {
	words := map[string][2]string{"en": {"NEW computer", "changed"}, "vi": {"MỚI", "thay đổi"}, "ru": {"НОВЫЙ", "измени"}}
	for lang, w := range words {
		for kind, texts := range kinds {
			if !texts.code {
				continue
			}
			l, err := Write(bare(full(kind, lang), 0b100), "", start)
			if err != nil {
				t.Fatal(err)
			}
			fresh := kind == server.MessageRegister || kind == server.MessageEnrol
			settings := slices.Contains([]string{server.MessagePhone, server.MessageChannel, server.MessageEmail}, kind) // neither: nothing about the computer is new
			if strings.Contains(l.Text, w[0]) != fresh || !settings && strings.Contains(l.Text, w[1]) == fresh {
				t.Errorf("%s %s:\n%s", kind, lang, l.Text)
			}
		}
	}
}

func TestChangesAreNamed(t *testing.T) {
	l, err := Write(full(server.MessageChanged, "en"), "", start)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(l.Text, "What changed:\n- The main disk was replaced\n- 9 drivers were updated\n") ||
		!strings.Contains(l.HTML, "<li>The main disk was replaced</li>") {
		t.Errorf("%s\n%s", l.Text, l.HTML)
	}
	m := full(server.MessageChanged, "ru")
	m.Changes = nil
	for i := range changesMost + 5 {
		m.Changes = append(m.Changes, api.Change{Kind: "gpu", Change: api.Added, Count: i + 1})
	}
	if l, err = Write(m, "", start); err != nil || !strings.Contains(l.Text, "и ещё 5 изменений") {
		t.Errorf("%v\n%s", err, l.Text)
	}
}

// TestUnknownChangesAreNamedSomehow: a newer client reports kinds without words.
func TestUnknownChangesAreNamedSomehow(t *testing.T) {
	w := &writer{Printer: text.For("en")}
	for change, want := range map[api.Change]string{
		{Kind: "boot-disk", Change: api.Changed, Count: 1}:  "The main disk was replaced",
		{Kind: "boot-disk", Change: api.NoLongerRead}:       "Main disk: could not be read this time",
		{Kind: "quantum-card", Change: api.Added, Count: 1}: "Something else: new",
		{Kind: "quantum-card", Change: "swapped", Count: 2}: "Something else: changed",
		{Kind: "", Change: ""}:                              "Something else: changed",
	} {
		if got := w.change(change); got != want || w.err != nil {
			t.Errorf("%+v: %q, want %q (%v)", change, got, want, w.err)
		}
	}
}

// TestNothingIsSentWithAGap: without a fact that a sentence needs there is no letter.
func TestNothingIsSentWithAGap(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		spoil func(*server.Message)
	}{
		"no code":            {server.MessageChanged, func(m *server.Message) { m.Code = "" }},
		"no reference":       {server.MessageChanged, func(m *server.Message) { m.Reference = "" }},
		"no life":            {server.MessageChanged, func(m *server.Message) { m.Life = 0 }},
		"unknown kind":       {server.MessageChanged, func(m *server.Message) { m.Kind = "notice.unheard-of" }},
		"no kind":            {server.MessageChanged, func(m *server.Message) { m.Kind = "" }},
		"code in a notice":   {server.NoticeLocked, func(m *server.Message) { m.Code = theCode }},
		"nothing to name it": {server.NoticeLocked, func(m *server.Message) { m.Reference, m.MessageID = "", "" }},
	} {
		m := full(c.kind, "en")
		c.spoil(&m)
		if l, err := Write(m, theSender, start); err == nil {
			t.Errorf("%s: written\n%s", name, l.Text)
		}
	}
}

func TestNoticesHaveAReferenceToo(t *testing.T) {
	l, err := Write(full(server.NoticeActivated, "en"), theSender, start)
	if err != nil {
		t.Fatal(err)
	}
	if l.Reference != "9F86D0" || !strings.Contains(l.Text, "Reference: 9F86D0") || !strings.Contains(l.Subject, "9F86D0") || l.Code != "" {
		t.Errorf("%+v", l)
	}
}

// TestAReferenceLooksLikeNoCode: six digits beside a sentence about codes would be
// typed by people, and filled in by phones.
func TestAReferenceLooksLikeNoCode(t *testing.T) {
	for id, want := range map[string]string{
		"9f86d081884c7d65@keys.example.org": "9F86D0", "352069b81884c7d6@keys.example.org": "52069B",
		"3520690144c7d65a@keys.example.org": "90144C",
	} {
		if got := referenceOf(&server.Message{MessageID: id}); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) {
	l, err := Write(full(server.MessageEnrol, "tlh"), "", start)
	if err != nil || l.Language != "en" || !strings.Contains(l.Text, "is your Holdfast code") {
		t.Errorf("%v %+v", err, l)
	}
}

// TestNoSentenceIsLeftOver: every mail sentence belongs to a kind or to the frame.
func TestNoSentenceIsLeftOver(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "assets", "translations", "mail.en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sentences map[string]any
	if err := json.Unmarshal(raw, &sentences); err != nil {
		t.Fatal(err)
	}
	for _, kind := range server.MessageKinds() {
		for _, end := range []string{"what", "not-me"} {
			delete(sentences, "mail."+kind+"."+end)
		}
		if kinds[kind].named {
			delete(sentences, "mail."+kind+".what.unnamed")
		}
		if !kinds[kind].code {
			delete(sentences, "mail."+kind+".subject")
		}
	}
	frame := regexp.MustCompile(`^mail\.(subject\.code|code\.(first|minutes|only-there|nobody-asks)|changes(\.more)?|fact\.\w+|foot(\.link)?|not-me\.(link|name)|where\.\w+|sent\.\w+|phone\.(number|until)|sender|policy\.\w+|key\.\w+|announce\.\w+)$`)
	for key := range sentences {
		if !frame.MatchString(key) {
			t.Errorf("%s is said nowhere", key)
		}
	}
}
