package mailcases

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

var update = flag.Bool("update", false, "write docs/mail-cases.md anew")

const casesFile = "../../docs/mail-cases.md"

// gap is what a sentence looks like that is not there, or lacks something.
var gap = regexp.MustCompile(`<no value>|<[a-z]+\.|\(\)|\{\{`)

// seen is one row of the page: what is known and said at one moment of a case.
type seen struct {
	moment, state, detail, window, terminal, code string
}

// suite is what the cases share, because starting it takes time: a relay that works
// and says what it calls each mail, a computer's records, and which kinds of news
// were read in every language.
type suite struct {
	relay  *delivertest.Relay
	source fingerprint.Source
	spoken map[string]bool
}

// diary collects the rows of one case.
type diary struct {
	*office
	*suite
	rows []seen
}

// mail waits for the mail with this person's code at the shared relay.
func (d *diary) mail() delivertest.Mail {
	d.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, m := range d.relay.Mails() {
			if m.Code != "" && strings.Contains(m.Subject, d.ref) {
				return m
			}
		}
	}
	d.t.Fatal("no mail with a code")
	return delivertest.Mail{}
}

// look waits for a state and notes what the person sees then, in English; the
// other languages must have words for it too.
func (d *diary) look(moment, state string) {
	d.t.Helper()
	st := d.reaches(state)
	d.note(moment, st)
}

func (d *diary) note(moment string, st app.Status) {
	d.t.Helper()
	row := seen{moment: moment}
	last := st.Challenge.Deliveries[len(st.Challenge.Deliveries)-1]
	_, ours := app.SayDetail(text.For("en"), last.Detail)
	news := fmt.Sprint(last.State, ours)
	for _, lang := range text.Languages {
		if lang != "en" && d.spoken[news] {
			continue
		}
		win, term := window(d.t, st, d.clock.Now(), lang), d.terminal(st, lang)
		for _, said := range []string{win, term} {
			if said == "" || gap.MatchString(said) || strings.Contains(said, "kim@") {
				d.t.Errorf("%s, %s: %q", moment, lang, said)
			}
		}
		if lang == "en" {
			row.window, row.terminal = win, term
		}
	}
	d.spoken[news] = true
	row.state, row.detail = last.State, last.Detail
	d.rows = append(d.rows, row)
}

// works types the code of a mail and notes whether it worked.
func (d *diary) works(m delivertest.Mail, want string) {
	d.t.Helper()
	got := d.types(m)
	if got != want {
		d.t.Errorf("the code: %s, want %s", got, want)
	}
	words := map[string]string{string(app.Activated): "works", api.CodeExpired: "no longer works"}[got]
	d.rows[len(d.rows)-1].code = words
}

// mailCase is one way for mail to go, or to go wrong.
type mailCase struct {
	name string
	play func(t *testing.T, s *suite) []seen
}

func cases() []mailCase {
	return []mailCase{
		{"The relay takes the message", taken},
		{"Greylisting: 451, then 250", greylisted},
		{"The address is refused: 550", refusedFor},
		{"A black hole: the relay takes the connection and says nothing", blackHoled},
		{"The relay dies after the text, before it says that it has it", dying},
		{"The relay has no TLS where TLS is a must", noTLS},
		{"The relay shows a stranger's certificate", stranger},
		{"Two relays, the first is down", firstDown},
		{"Two relays, the first is a black hole", firstSilent},
		{"Two relays, the first will not deal with us (554 at the sender)", firstHostile},
		{"Two relays, the first refuses the person's address: the second is not asked", noShopping},
		{"The message comes back later (DSN in the mailbox for returned mail)", bounced},
		{"The mail provider reports that the message came back (signed webhook)", reportedBack},
		{"The mail provider reports that the message arrived (signed webhook)", reportedHere},
		{"The code takes 40 minutes to arrive", late},
		{"The code takes longer than it works", tooLate},
	}
}

// TestMailCases plays every case with real relays and compares what is seen with
// docs/mail-cases.md.
func TestMailCases(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	s := &suite{relay: delivertest.StartRelayWith(t, delivertest.Manners{Class: "Named"}), source: laptop(t), spoken: map[string]bool{}}
	for _, c := range cases() {
		ok := t.Run(c.name, func(t *testing.T) {
			fmt.Fprintf(&b, "\n## %s\n\n| when | state | what the relay said, or what stood in the way | the window says | holdfastctl says | the code |\n|---|---|---|---|---|---|\n", c.name)
			for _, r := range c.play(t, s) {
				cells := []string{r.moment, "`" + r.state + "`", r.detail, r.window, r.terminal, r.code}
				fmt.Fprintf(&b, "| %s |\n", strings.ReplaceAll(strings.Join(cells, " | "), "\n", " "))
			}
		})
		if !ok {
			return
		}
	}
	if *update {
		if err := os.WriteFile(casesFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(casesFile)
	if err != nil || string(raw) != b.String() {
		t.Errorf("docs/mail-cases.md differs from what was seen (%v): run this test with -update\n%s", err, b.String())
	}
}

const head = `# What a person sees while mail goes wrong

Written by a test (` + "`go test -tags recorded,ci ./internal/mailcases -update`" + `): the whole server, relays that are programs of others (aiosmtpd, with manners set by
` + "`server/deliver/delivertest`" + `), the real client, the real window and the real ` + "`holdfastctl status`" + `, on a clock that the test moves. The code is asked for at 14:00 UTC.
The window's words are those that it says because of the message; the same exist in Vietnamese and Russian. How messages travel is in [mail.md](mail.md).
`
