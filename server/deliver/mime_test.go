package deliver

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"os/exec"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// asAnother writes the same mail with a library for mail, which is how it was
// written before, so that another's reading of the standards stands beside ours.
func asAnother(t *testing.T, s *SMTP, l Letter, sign *DKIM) string {
	t.Helper()
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if sign != nil {
		m.SetDKIM(sign.signer(l.Date))
	}
	m.FromMailAddress(s.from)
	if err := m.To(l.To); err != nil {
		t.Fatal(err)
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.Date)
	m.SetMessageIDWithValue(l.MessageID)
	m.SetGenHeader("Content-Language", l.Language)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetBoundary(boundary(l.MessageID))
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sent is our mail as a relay keeps it: without the last dot and the doubled ones.
func sent(t *testing.T, s *SMTP, l Letter) string {
	t.Helper()
	to, err := mail.ParseAddress(l.To)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := s.compose(make([]byte, 3, 7), l, to)
	if err != nil {
		t.Fatal(err)
	}
	whole, ended := strings.CutSuffix(string(raw), "\r\n.\r\n")
	if !ended || strings.Contains("\r\n"+whole, "\r\n.\r\n") || strings.Count(whole, "\n") != strings.Count(whole, "\r\n") {
		t.Fatalf("badly ended:\n%q", raw)
	}
	return strings.ReplaceAll(whole, "\r\n..", "\r\n.") + "\r\n"
}

// alike takes out how the boundary is quoted, which the two do differently.
func alike(raw string) string {
	first, rest, _ := strings.Cut(raw, " boundary=")
	value, rest, _ := strings.Cut(rest, "\r\n")
	return first + " boundary=" + strings.Trim(value, `"`) + "\r\n" + rest
}

// TestMailIsAsAnotherWritesIt: byte for byte, every kind in every language.
func TestMailIsAsAnotherWritesIt(t *testing.T) {
	s := newSMTP(t, SMTPOptions{URL: "smtp://mail.example.org", Name: "Ключи и Khoá của công ty, the long name of an office"})
	for _, kind := range server.MessageKinds() {
		for _, lang := range text.Languages {
			for n := range 32 {
				m := bare(full(kind, lang), n)
				if n%2 == 0 {
					m.Link = "https://keys.example.org/not-me/abc_DEF-123"
				}
				l, err := Write(m, theSender, start)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := alike(sent(t, s, l)), alike(asAnother(t, s, l, nil)); got != want {
					t.Fatalf("%s %s %05b:\n%s\nthe library:\n%s", kind, lang, n, got, want)
				}
			}
		}
	}
}

// TestHostileMailIsAsAnotherWritesIt: whatever stands in a letter, and however long.
func TestHostileMailIsAsAnotherWritesIt(t *testing.T) {
	s := newSMTP(t, SMTPOptions{URL: "smtp://mail.example.org"})
	for _, bad := range append(hostile, ".", "..\r\n.\r\n.", "\n.\n", strings.Repeat(".", 300), "=_9f86d081884c7d65", "--=_9f86d081884c7d65--",
		strings.Repeat("long ", 60), strings.Repeat("Ж", 200), strings.Repeat("x", 200), "end \t\r\n\r\n \n\t", "MAIL FROM:<a@b>\r\n") {
		l := letter(t)
		l.Text, l.HTML, l.Subject = bad, bad+"\n"+bad, strings.NewReplacer("\r", "", "\n", "").Replace(bad)
		if got, want := alike(sent(t, s, l)), alike(asAnother(t, s, l, nil)); got != want {
			t.Errorf("%q:\n%q\nthe library:\n%q", bad, got, want)
		}
	}
	for _, to := range []string{`"a b"@example.org`, "o'neil+x@example.org", "kim@xn--exmple-cua.example"} {
		l := letter(t)
		l.To = to
		if got, want := alike(sent(t, s, l)), alike(asAnother(t, s, l, nil)); got != want {
			t.Errorf("%s:\n%s\nthe library:\n%s", to, got, want)
		}
	}
}

// TestHeadersHoldNoLineEnd: nobody adds a field or a body by a name.
func TestHeadersHoldNoLineEnd(t *testing.T) {
	s := newSMTP(t, SMTPOptions{URL: "smtp://mail.example.org"})
	for _, spoil := range []func(*Letter){
		func(l *Letter) { l.Subject += "\r\nBcc: eve@example.org" }, func(l *Letter) { l.MessageID += "\n" },
		func(l *Letter) { l.Language = "en\r" }, func(l *Letter) { l.Return = "a\r\n\r\nb" },
	} {
		l := letter(t)
		spoil(&l)
		if _, err := s.compose(nil, l, &mail.Address{Address: l.To}); err == nil {
			t.Errorf("composed: %+v", l)
		}
		if out := s.Send(t.Context(), l); out != refused("the message cannot be sent as mail") {
			t.Errorf("%+v", out)
		}
	}
}

// parsed is a mail as Python's own parser reads it, strictly.
const parsed = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default.clone(raise_on_defect=True))
parts = list(m.iter_parts())
print(json.dumps([m["Subject"].strip(), m["To"], m["Message-ID"], m.get_content_type(), [p.get_content_type() for p in parts], [''.join(p.get_content().split(chr(13))) for p in parts], m.keys()]))
`

// TestPythonReadsIt: the email package of Python, which raises at every defect.
func TestPythonReadsIt(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			t.Fatal("python3 is not installed")
		}
		t.Skip("python3 is not installed")
	}
	s := newSMTP(t, SMTPOptions{URL: "smtp://mail.example.org"})
	l := letter(t)
	l.Text += ".\n..\n line with a space \n=3D ноутбук\n"
	cmd := exec.Command(python, "-c", parsed)
	cmd.Stdin = strings.NewReader(sent(t, s, l))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got [7]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	texts, kinds := got[5].([]any), got[4].([]any)
	if got[0] != l.Subject || got[1] != l.To || got[2] != "<"+l.MessageID+">" || got[3] != "multipart/alternative" ||
		kinds[0] != "text/plain" || kinds[1] != "text/html" || texts[0] != l.Text || texts[1] != l.HTML || len(texts) != 2 {
		t.Errorf("%s", out)
	}
	if m, err := delivertest.Parse([]byte(sent(t, s, l))); err != nil || m.Text != l.Text || m.HTML != l.HTML {
		t.Errorf("%v, %+v", err, m)
	}
}

// TestQuotedIsTheStandardLibrarys, whatever the bytes.
func TestQuotedIsTheStandardLibrarys(t *testing.T) {
	for _, s := range append(hostile, letter(t).Text, letter(t).HTML, "a \r\r\n \n", strings.Repeat("я ", 90), strings.Repeat("y", 76)+" ", strings.Repeat("y", 74)+" \n") {
		sameQuoted(t, s)
	}
}

func sameQuoted(t *testing.T, s string) {
	t.Helper()
	var want bytes.Buffer
	w := quotedprintable.NewWriter(&want)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	if got := quoted([]byte("before"), s); string(got) != "before"+want.String() {
		t.Errorf("%q: %q, the library %q", s, got[6:], want.String())
	}
}

func FuzzQuotedIsTheStandardLibrarys(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\r") {
			return // after a return alone the library forgets to end a line
		}
		sameQuoted(t, s)
	})
}

func TestStuffed(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a.b\r\n": "a.b\r\n", "a\r\n.\r\n..\r\nb": "a\r\n..\r\n...\r\nb", "\n.\n.\n.": "\n..\n..\n..",
	} {
		if got := string(stuffed([]byte(in))); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestBoundary(t *testing.T) {
	for id, want := range map[string]string{
		"9f86d081884c7d65@keys.example.org": "=_9f86d081884c7d65", "": "=_", "a\"b@x": "=_alternative", strings.Repeat("a", 99) + "@x": "=_" + strings.Repeat("a", boundaryMost),
	} {
		if got := boundary(id); got != want {
			t.Errorf("%q: %q", id, got)
		}
	}
}
