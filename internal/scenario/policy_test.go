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
	out := api.Snapshot{Schema: s.Schema, Platform: s.Platform}
	for _, d := range s.Digests(digestKey) {
		out.Components = append(out.Components, api.Component{
			Class: string(d.Class), Kind: d.Kind, Place: d.Place, State: string(d.State), Digest: d.Sum,
		})
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
	words []string
}

func happen(t *testing.T, e event, policy string, c computers) outcome {
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
	j := server.Judge(p, known, sent(now))
	out := outcome{answer: answer{
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
	english := text.For("en")
	for _, ch := range j.Changes {
		out.words = append(out.words, app.SayDrift(english, app.Drift{Class: ch.Class, Kind: ch.Kind, Change: ch.Change, Count: ch.Count}))
	}
	return out
}

func TestEveryEventUnderBothPolicies(t *testing.T) {
	c := computers{}
	var b bytes.Buffer
	b.WriteString(head)
	for _, e := range events {
		strict, balanced := happen(t, e, api.Strict, c), happen(t, e, api.Balanced, c)
		if strict.answer != e.strict {
			t.Errorf("%s, strict: %+v, want %+v (%s)", e.name, strict.answer, e.strict, strings.Join(strict.words, "; "))
		}
		if balanced.answer != e.balanced {
			t.Errorf("%s, balanced: %+v, want %+v (%s)", e.name, balanced.answer, e.balanced, strings.Join(balanced.words, "; "))
		}
		if !slices.Equal(strict.words, balanced.words) {
			t.Errorf("%s: the policies name different changes: %q, %q", e.name, strict.words, balanced.words)
		}
		checkWords(t, e.name, strict)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", e.name, e.computer, bold(strict.verdict), bold(balanced.verdict),
			yes(strict.opens), yes(balanced.opens), yes(strict.released), yes(balanced.released), strings.Join(strict.words, "; "))
	}
	b.WriteString(foot)
	keepPage(t, b.Bytes())
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

func bold(verdict string) string {
	if verdict == code {
		return "**code**"
	}
	return verdict
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

const head = `# What needs a code

This page is made by a test from recorded computers (` + "`go test ./internal/scenario -update`" + `). Each line is one event between two
check-ins: the computer is read before and after, the server judges the two readings, and the vault made before meets the values
read after.

- *strict*, *balanced*: what the server answers. *nothing*: equal to an activated configuration. *accepted*: named and recorded,
  no code. *code*: the keys stay locked until a code is typed. Everything that changed between two check-ins is one event and one code.
- *opens*: the vault made before the event opens by itself, with the keyring and the values of the computer.
- *released*: a check-in that says "locked" gets the server's share without a code, so that a vault which does not open by itself opens
  again. Where it may not, such a check-in opens a challenge.

| event | computer | strict | balanced | opens, strict | opens, balanced | released, strict | released, balanced | the person reads |
|---|---|---|---|---|---|---|---|---|
`

const foot = `
The computers are in ` + "`fingerprint/recorded/samples`" + `: *laptop* is a Dell notebook whose board this user may read, *desktop* an ASRock
board with "Default string" for every serial number, *server* a rack server whose board is closed to users (its disks are a mirror),
*vm* a KVM guest.

Going back to an earlier configuration needs no code. Where the vault kept a slot for that configuration it opens by itself; the
columns show one that knows the later configuration only.
`
