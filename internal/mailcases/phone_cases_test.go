package mailcases

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

const phoneCasesFile = "../../docs/phone-cases.md"

// phoneCase is one way for a text message or a call to go, or to go wrong. Before
// prepares the provider; may be nil.
type phoneCase struct {
	name   string
	before func(peer *delivertest.Node)
	play   func(o *phoneOffice, peer *delivertest.Node)
}

// player plays the cases of one provider and writes them down.
type player = func(title string, o *phoneOffice, peer *delivertest.Node, cases []phoneCase)

// TestPhoneCases plays the cases against providers of others' making and compares
// what is seen with docs/phone-cases.md. All of them take a while: that is for
// HOLDFAST_FULL=1 and for -update; else it plays those of the first provider.
func TestPhoneCases(t *testing.T) {
	var b strings.Builder
	b.WriteString(phoneHead)
	full := *update || os.Getenv("HOLDFAST_FULL") == "1"
	s := &suite{relay: delivertest.StartRelay(t), source: laptop(t), spoken: map[string]bool{}}
	play := func(title string, o *phoneOffice, peer *delivertest.Node, cases []phoneCase) {
		fmt.Fprintf(&b, "\n## %s\n", title)
		for _, c := range cases {
			o.quiet()
			if c.before != nil {
				c.before(peer)
			}
			o.enrol()
			c.play(o, peer)
			fmt.Fprintf(&b, "\n### %s\n\n| when | state | what the provider said, or what stood in the way | the window says | holdfastctl says | the code |\n|---|---|---|---|---|---|\n", c.name)
			for _, r := range o.rows {
				cells := []string{r.moment, "`" + r.state + "`", r.detail, r.window, r.terminal, r.code}
				fmt.Fprintf(&b, "| %s |\n", strings.ReplaceAll(strings.Join(cells, " | "), "\n", " "))
			}
		}
	}
	groups := []func(*testing.T, *suite, player){twilioTexts, twilioCalls, hookTexts, carrierTexts, twoProviders}
	if !full {
		groups = groups[:1]
	}
	for _, group := range groups {
		t.Run("", func(t *testing.T) { group(t, s, play) })
		if t.Failed() {
			return
		}
	}
	if *update {
		if err := os.WriteFile(phoneCasesFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(phoneCasesFile)
	if err != nil || full && string(raw) != b.String() || !strings.HasPrefix(string(raw), b.String()) {
		t.Errorf("docs/phone-cases.md differs from what was seen (%v): run this test with -update\n%s", err, b.String())
	}
}

// replies lets a provider give its next requests these answers.
func replies(list ...map[string]any) func(*delivertest.Node) {
	return func(peer *delivertest.Node) { peer.Order("replies", map[string]any{"replies": list}) }
}

// throttled plays a provider that wants fewer messages and takes the next one.
func (o *phoneOffice) throttled(peer *delivertest.Node, taken string, text func(delivertest.Event) string) {
	o.t.Helper()
	peer.Next("refused")
	o.look("at once", api.DeliveryPutOff)
	o.nextTry()
	e := peer.Next(taken)
	o.look("after the next try", api.DeliveryHandedOver)
	o.worksAs(text(e), string(app.Activated))
}

const phoneHead = `# What a person sees while text messages and calls go wrong

Written by a test (` + "`go test -tags recorded,ci ./internal/mailcases -run Phone -update`" + `): the whole server, providers that are programs of others or made of their libraries
(the npm packages ` + "`twilio`, `standardwebhooks` and `smpp`" + `), the real client, the real window and the real ` + "`holdfastctl status`" + `, on a clock that the test moves. A phone is
enrolled each day at 14:00 UTC. The window's words are those that it says because of the message; the same exist in Vietnamese and Russian. How messages travel is in
[phone.md](phone.md).
`
