package deliver

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server"
)

const (
	ourID   = "9f86d081884c7d65@keys.example.org"
	ourMark = "00112233445566778899aabbccddeeff"
)

// ourHeaders are those of a mail of ours as a report returns them.
const ourHeaders = "From: \"Holdfast\" <holdfast@keys.example.org>\nTo: <kim.nguyen@example.org>\nMessage-ID: <" + ourID + ">\n" +
	returnHeader + ": " + ourMark + "\nSubject: Holdfast: a code\n"

// dsn writes a report: the fields of the recipient, and the part that returns the
// mail with its type.
func dsn(fields, kind, returned string) string {
	return "From: MAILER-DAEMON@relay.test\nTo: bounces@example.org\nSubject: failure\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"cut\"\n\n--cut\nContent-Type: text/plain\n\nIt failed.\n" +
		"--cut\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.test\n\n" + fields + "\n" +
		"--cut\nContent-Type: " + kind + "\n\n" + returned + "\n--cut--\n"
}

const failed = "Final-Recipient: rfc822; kim.nguyen@example.org\nAction: failed\nStatus: 5.1.1\n"

func TestReturnedMail(t *testing.T) {
	good := Returned{MessageID: ourID, Mark: ourMark, Failed: true, Detail: "5.1.1"}
	with := func(detail string) Returned { r := good; r.Detail = detail; return r }
	inside := strings.ReplaceAll(dsn(failed, "message/rfc822", ourHeaders+"\nbody\n"), "cut", "inner")
	for name, c := range map[string]struct {
		raw  string
		want Returned
		ok   bool
	}{
		"headers returned":  {dsn(failed, "text/rfc822-headers", ourHeaders), good, true},
		"whole mail":        {dsn(failed, "message/rfc822", ourHeaders+"\n4HT-M3X-R9W is your code\n"), good, true},
		"with a diagnostic": {dsn(failed+"Diagnostic-Code: smtp; 550 5.1.1 <kim.nguyen@example.org>:\n  user unknown\n", "text/rfc822-headers", ourHeaders), with("550 5.1.1 <(hidden)>: user unknown"), true},
		"a code in it":      {dsn(failed+"Diagnostic-Code: smtp; 554 spam: 4HT-M3X-R9W 482362\n", "text/rfc822-headers", ourHeaders), with("554 spam: (hidden) (hidden)"), true},
		"another address":   {dsn(failed+"Diagnostic-Code: smtp; 550 forward to k.n@home.example failed\n", "text/rfc822-headers", ourHeaders), with("550 forward to (hidden) failed"), true},
		"an extension":      {dsn(failed+"Diagnostic-Code: X-Exchange; mailbox gone\n", "text/rfc822-headers", ourHeaders), with("mailbox gone"), true},
		"no action":         {dsn("Final-Recipient: rfc822; a@b\nStatus: 5.2.2 (full)\n", "text/rfc822-headers", ourHeaders), with("5.2.2"), true},
		"time over":         {dsn("Action: Failed\nStatus: 4.4.7\n", "text/rfc822-headers", ourHeaders), with("4.4.7"), true},
		"second recipient":  {dsn("Final-Recipient: rfc822; x@y\nAction: relayed\nStatus: 2.0.0\n\n"+failed, "text/rfc822-headers", ourHeaders), good, true},
		"only late":         {dsn("Action: delayed\nStatus: 4.4.1\n", "text/rfc822-headers", ourHeaders), Returned{MessageID: ourID, Mark: ourMark, Detail: "4.4.1"}, true},
		"delivered":         {dsn("Action: delivered\nStatus: 2.0.0\n", "text/rfc822-headers", ourHeaders), Returned{MessageID: ourID, Mark: ourMark, Detail: "2.0.0"}, true},
		"the envelope's id": {strings.Replace(dsn(failed, "text/plain", "nothing returned"), "\nReporting-MTA", "\nOriginal-Envelope-Id: "+ourMark+"."+ourID+"\nReporting-MTA", 1), good, true},
		"passed on":         {dsn("Action: x\n", "message/rfc822", inside), Returned{MessageID: ourID, Mark: ourMark}, true},
		"attached":          {"Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain\n\nsee below\n--out\nContent-Type: message/rfc822\n\n" + inside + "\n--out--\n", good, true},
		"the older way":     {"X-Failed-Recipients: kim.nguyen@example.org\nContent-Type: text/plain\n\nNo such address.\n\n" + ourHeaders + "\nbody\n", with(""), true},
		"base64 headers":    {dsn(failed, "text/rfc822-headers\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString([]byte(ourHeaders))), good, true},
		"no mark":           {dsn(failed, "text/rfc822-headers", strings.Replace(ourHeaders, returnHeader, "X-Other", 1)), Returned{}, false},
		"a strange mark":    {dsn(failed, "text/rfc822-headers", strings.Replace(ourHeaders, ourMark, "zz", 1)), Returned{}, false},
		"no message id":     {dsn(failed, "text/rfc822-headers", strings.Replace(ourHeaders, "<"+ourID+">", "none", 1)), Returned{}, false},
		"out of office":     {"From: kim\nAuto-Submitted: auto-replied\nIn-Reply-To: <" + ourID + ">\n\nI am away.\n\n" + ourHeaders, Returned{}, false},
		"empty":             {"", Returned{}, false},
		"no header":         {"\n\nhello", Returned{}, false},
		"no boundary":       {"Content-Type: multipart/report\n\n" + ourHeaders, Returned{}, false},
	} {
		for ending, raw := range map[string]string{"lf": c.raw, "crlf": strings.ReplaceAll(c.raw, "\n", "\r\n")} {
			if got, ok := ParseReturned(strings.NewReader(raw)); got != c.want || ok != c.ok {
				t.Errorf("%s %s: %+v %t, want %+v %t", name, ending, got, ok, c.want, c.ok)
			}
		}
	}
}

// TestReturnedMailIsReadInBounds: parts within parts, many parts and a very long
// mail come to an end.
func TestReturnedMailIsReadInBounds(t *testing.T) {
	nested := ourHeaders
	for range 200 {
		nested = "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + nested + "\n--b--\n"
	}
	many := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 20000) + "--b\nContent-Type: message/delivery-status\n\n" + failed + "--b--\n"
	long := dsn(failed+"Diagnostic-Code: smtp; "+strings.Repeat("word ", 1<<20)+"\n", "text/rfc822-headers", ourHeaders)
	for name, raw := range map[string]string{"nested": nested, "many": many, "long": long} {
		if got, ok := ParseReturned(strings.NewReader(raw)); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzParseReturned(f *testing.F) {
	f.Add([]byte(dsn(failed+"Diagnostic-Code: smtp; 550 <kim.nguyen@example.org>\n", "message/rfc822", ourHeaders+"\n4HT-M3X-R9W\n")))
	f.Add([]byte("X-Failed-Recipients: kim@example.org\n\nhello\n\n" + ourHeaders))
	f.Add([]byte(strings.ReplaceAll(dsn(failed, "text/rfc822-headers", ourHeaders), "\n", "\r\n")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, ok := ParseReturned(bytes.NewReader(raw))
		if !ok && got != (Returned{}) {
			t.Errorf("%+v of what is no report", got)
		}
		if !ok {
			return
		}
		if !aMark.MatchString(got.Mark) || !strings.Contains(got.MessageID, "@") || strings.ContainsAny(got.MessageID, " <>\r\n") {
			t.Errorf("%+v", got)
		}
		if strings.Contains(got.Detail, "@") && anAddress.MatchString(got.Detail) || len(got.Detail) > 3*detailMost {
			t.Errorf("detail %q", got.Detail)
		}
	})
}

// TestAMailOfOursIsKnownAgain: what Send writes is what ParseReturned looks for.
func TestAMailOfOursIsKnownAgain(t *testing.T) {
	p := startPeer(t, nil)
	p.server.EnableDSN = true
	m := full(server.MessageEnrol, "vi")
	m.Return = ourMark
	l, err := Write(m, theSender, start)
	if err != nil {
		t.Fatal(err)
	}
	newSMTP(t, SMTPOptions{URL: p.address, Bounces: "bounces@example.org"}).Send(t.Context(), l)
	raw := p.got[0]
	got, ok := ParseReturned(strings.NewReader(dsn(failed, "message/rfc822", strings.ReplaceAll(raw, "\r\n", "\n"))))
	if want := (Returned{MessageID: m.MessageID, Mark: ourMark, Failed: true, Detail: "5.1.1"}); !ok || got != want {
		t.Errorf("%+v %t", got, ok)
	}
	if o := p.options; o == nil || o.Return != "HDRS" || o.EnvelopeID != ourMark+"."+m.MessageID || p.sender != "bounces@example.org" {
		t.Errorf("asked for %+v from %s", o, p.sender)
	}
}

// TestARecipientOfNoLetters: whoever writes to the mailbox for returned mail names a
// recipient that is not even text; reading that must not stop the server.
func TestARecipientOfNoLetters(t *testing.T) {
	for _, to := range []string{"kim@ex\x80mple.org", "\xff\xfe@\xc3", "k\u017fim@\ufffd.org", "(?i)@[a-\x80"} {
		got := cleanDetail("550 <"+to+"> is unknown here", Letter{To: to, Code: "4HT-M3X-R9W\x80"})
		if strings.Contains(got, "ple.org") || !strings.HasPrefix(got, "550") {
			t.Errorf("%q: %q", to, got)
		}
		_, _ = ParseReturned(strings.NewReader("X-Failed-Recipients: " + to + "\n\nhello\n\n" + ourHeaders))
	}
}
