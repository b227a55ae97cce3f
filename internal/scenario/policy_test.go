package scenario

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/server"
)

var update = flag.Bool("update", false, "rewrite docs/policy-cases.md")

const page = "../../docs/policy-cases.md"

// digestKey stands for the key in the keyring: a disk that moves takes it along.
var digestKey = []byte("a digest key of thirty-two bytes")

// computers reads every recorded computer once.
type computers map[string]fingerprint.Snapshot

func (c computers) read(t *testing.T, name, variant string) fingerprint.Snapshot {
	t.Helper()
	id := name + "." + variant
	if s, ok := c[id]; ok {
		return s
	}
	dir := t.TempDir()
	if err := recorded.UnpackVariant(name, variant, dir); err != nil {
		t.Fatal(err)
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := fingerprint.Read(ctx, src)
	if err != nil || s.Partial {
		t.Fatal(err, s.Partial)
	}
	c[id] = s
	return s
}

// sent is a snapshot as the server gets it.
func sent(s fingerprint.Snapshot) api.Snapshot {
	from := map[string]string{}
	for _, c := range s.Components {
		from[c.Kind+" "+c.Place] = c.From
	}
	out := api.Snapshot{Schema: s.Schema, Platform: s.Platform, Rules: s.Rules}
	for _, d := range s.Digests(digestKey) {
		c := api.Component{Class: string(d.Class), Kind: d.Kind, Place: d.Place, State: string(d.State), Digest: d.Sum}
		if c.State == api.StatePresent {
			c.From = from[c.Kind+" "+c.Place]
		}
		out.Components = append(out.Components, c)
	}
	return out
}

// bound gives the values that a vault made on a computer is bound to, as read
// on a computer now.
func bound(p api.Policy, made, now fingerprint.Snapshot) [32]byte {
	var list []fingerprint.Component
	for _, kind := range vault.Kinds(p, made) {
		list = append(list, now.Of(kind)...)
	}
	return sha256.Sum256(fingerprint.Snapshot{Components: list}.Canonical())
}

// outcome is an answer with the words that the person gets.
type outcome struct {
	answer
	words, flags []string
}

func happen(t *testing.T, e event, policy string, c computers, open ...server.Window) outcome {
	t.Helper()
	now := c.read(t, e.computer, e.now)
	p, ok := server.PolicyFor(policy, now.Platform)
	if !ok {
		t.Fatalf("no policy %s", policy)
	}
	var known []api.Snapshot
	var last fingerprint.Snapshot
	for _, v := range e.known {
		last = c.read(t, e.computer, v)
		known = append(known, sent(last))
	}
	j := server.JudgeWithin(p, known, sent(now), nil, open)
	out := outcome{flags: j.Flags, answer: answer{
		opens:    bound(p, last, last) == bound(p, last, now),
		released: j.Releasable(p),
	}}
	switch j.Verdict {
	case server.Known:
		out.verdict = nothing
	case server.Accepted:
		out.verdict = accepted
	case server.NeedsCode:
		out.verdict = code
	}
	if j.Window != "" {
		out.verdict = inWindow
	}
	english := text.For("en")
	for _, ch := range j.Changes {
		out.words = append(out.words, app.SayDrift(english, app.Drift{Class: ch.Class, Kind: ch.Kind, Change: ch.Change, Count: ch.Count}))
	}
	return out
}

// TestEveryEventUnderEveryPolicy makes the page: every recorded computer with
// every variant of it, and what change windows make of some.
func TestEveryEventUnderEveryPolicy(t *testing.T) {
	c := computers{}
	var b bytes.Buffer
	b.WriteString(head)
	for _, part := range []struct {
		title string
		list  []event
	}{{"Linux", linuxEvents()}, {"Windows", windowsEvents()}, {"macOS", macEvents()}} {
		fmt.Fprintf(&b, "\n## %s\n\n%s", part.title, eventHead)
		for _, e := range part.list {
			b.WriteString(e.row(t, c))
		}
	}
	b.WriteString(windowsHead)
	for _, e := range windowCases() {
		b.WriteString(e.row(t, c))
	}
	b.WriteString(foot)
	keepPage(t, b.Bytes())
}

// row judges an event under every policy and gives its line of the page.
func (e event) row(t *testing.T, c computers) string {
	t.Helper()
	strict, managed, balanced := happen(t, e, api.Strict, c), happen(t, e, api.Managed, c), happen(t, e, api.Balanced, c)
	if strict.answer != e.strict {
		t.Errorf("%s (%s), strict: %+v, want %+v (%s)", e.name, e.computer, strict.answer, e.strict, strings.Join(strict.words, "; "))
	}
	if balanced.answer != e.balanced {
		t.Errorf("%s (%s), balanced: %+v, want %+v (%s)", e.name, e.computer, balanced.answer, e.balanced, strings.Join(balanced.words, "; "))
	}
	if managed.answer != strict.answer {
		t.Errorf("%s (%s): managed without a window says %+v, strict %+v", e.name, e.computer, managed.answer, strict.answer)
	}
	if !slices.Equal(strict.words, balanced.words) || !slices.Equal(strict.flags, balanced.flags) {
		t.Errorf("%s: the policies name different changes: %q, %q", e.name, strict.words, balanced.words)
	}
	if got := strings.Join(strict.flags, ", "); got != e.flags {
		t.Errorf("%s (%s): flags %q, want %q", e.name, e.computer, got, e.flags)
	}
	checkWords(t, e.name, strict)
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", e.name, e.computer, strict.cell(), balanced.cell(),
		strings.Join(strict.flags, ", "), strings.Join(strict.words, "; "))
}

// row judges a case inside its window under every policy.
func (e windowCase) row(t *testing.T, c computers) string {
	t.Helper()
	line := fmt.Sprintf("| %s | %s | %s |", e.name, e.computer, e.said)
	for i, policy := range []string{api.Strict, api.Managed, api.Balanced} {
		got := happen(t, event{name: e.name, computer: e.computer, known: first, now: e.now}, policy, c, e.window)
		if got.verdict != e.verdicts[i] || got.released != e.released[i] {
			t.Errorf("%s (%s), %s: %s, released %v; want %s, %v (%s; %v)", e.name, e.said, policy, got.verdict, got.released,
				e.verdicts[i], e.released[i], strings.Join(got.words, "; "), got.flags)
		}
		line += " " + got.cell() + " |"
	}
	return line + "\n"
}

// cell is one policy's answer: what is asked, and what becomes of the vault.
func (o outcome) cell() string {
	switch {
	case o.verdict == code && o.opens:
		return "**code**, though it would open"
	case o.verdict == code:
		return "**code**"
	case o.opens:
		return o.verdict + ", opens"
	case o.released:
		return o.verdict + ", released"
	}
	return o.verdict + ", stays closed"
}

func checkWords(t *testing.T, name string, o outcome) {
	t.Helper()
	if (o.verdict == nothing) != (len(o.words) == 0) {
		t.Errorf("%s: %s with the words %q", name, o.verdict, o.words)
	}
	for _, w := range o.words {
		if strings.ContainsAny(w, "<>{}") {
			t.Errorf("%s: %q", name, w)
		}
	}
}

// TestEveryRecordedComputerHasALine: no variant is left out of the page.
func TestEveryRecordedComputerHasALine(t *testing.T) {
	said := map[string]bool{}
	for _, e := range slices.Concat(linuxEvents(), windowsEvents(), macEvents()) {
		said[e.computer+"."+e.now] = true
		for _, k := range e.known {
			said[e.computer+"."+k] = true
		}
	}
	for _, name := range recorded.Names() {
		for _, variant := range append(recorded.Variants(name), "") {
			if !said[name+"."+variant] {
				t.Errorf("no event with %s %s", name, variant)
			}
		}
	}
}

func keepPage(t *testing.T, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(page, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/policy-cases.md is out of date (%v): run go test ./internal/scenario -update", err)
	}
}
