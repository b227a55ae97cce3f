package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// rulesDoc is the built-in rules with another version and one more serial number
// that is a placeholder.
func rulesDoc(t *testing.T, version int, placeholder string) json.RawMessage {
	t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(rules.BuiltIn(), &doc); err != nil {
		t.Fatal(err)
	}
	doc["version"], _ = json.Marshal(version)
	if placeholder != "" {
		var texts []string
		if err := json.Unmarshal(doc["texts"], &texts); err != nil {
			t.Fatal(err)
		}
		doc["texts"], _ = json.Marshal(append(texts, placeholder))
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// boardTexts are what the recorded laptop says of its board.
const boardTexts = `0n4vm7|dell inc\.`

func (p *peer) sendRules(version int, doc json.RawMessage) {
	p.rulesVersion = version
	p.rules = p.jws(api.RulesType, rulesClaims{Issuer: p.http.URL, Audience: api.Audience, Rules: doc})
}

func (b *bench) kept() string {
	raw, err := os.ReadFile(filepath.Join(b.dir, rulesFile))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	return string(raw)
}

func TestNewerRulesAreTakenAndTheVaultOpensUnderBoth(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.policy = api.Policy{Name: api.Strict, Version: 1, BindAll: true} // the board is bound too
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	b.holds(c)
	b.peer.sendRules(2, rulesDoc(t, 2, boardTexts))
	st, err := c.CheckIn(ctx)
	if err != nil || st.State != Activated || st.Access != AccessWrite || len(st.Drift) != 0 {
		t.Fatalf("%+v, %v", st, err)
	}
	b.holds(c)
	if now, err := c.Fingerprint(ctx); err != nil || now.Rules != 2 || now.State("board-model") != "placeholder" {
		t.Fatalf("read under rules %d: the board is %s, %v", now.Rules, now.State("board-model"), err)
	}
	if got := len(b.outline().Slots); got != 2 {
		t.Errorf("%d slots", got)
	}
	c.Close()
	c = b.client()
	b.holds(c)
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	if last := b.peer.reports[len(b.peer.reports)-1]; last.RulesVersion != 2 || last.Snapshot.Rules != 2 {
		t.Errorf("reported rules %d, snapshot of %d", last.RulesVersion, last.Snapshot.Rules)
	}
	// Without the file the old slot opens it.
	c.Close()
	if err := os.Remove(filepath.Join(b.dir, rulesFile)); err != nil {
		t.Fatal(err)
	}
	b.holds(b.client())
}

func TestRulesThatAreRefused(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	other := newPeer(t, b.now)
	good := rulesDoc(t, 9, "")
	claims := rulesClaims{Issuer: b.peer.http.URL, Audience: api.Audience, Rules: good}
	foreign := claims
	foreign.Issuer = "https://other.example"
	broken := claims
	broken.Rules = json.RawMessage(`{"schema":1,"version":9,"texts":["("]}`)
	for name, compact := range map[string]string{
		"another signer":  other.jws(api.RulesType, claims),
		"another type":    b.peer.jws(api.PolicyType, claims),
		"another issuer":  b.peer.jws(api.RulesType, foreign),
		"broken rules":    b.peer.jws(api.RulesType, broken),
		"no rules at all": b.peer.jws(api.RulesType, map[string]string{"iss": b.peer.http.URL, "aud": api.Audience}),
		"older":           b.peer.jws(api.RulesType, rulesClaims{Issuer: b.peer.http.URL, Audience: api.Audience, Rules: rules.BuiltIn()}),
		"rubbish":         "a.b.c",
	} {
		b.peer.rules, b.peer.rulesVersion = compact, 99
		if st, err := c.CheckIn(ctx); err != nil || st.State != Activated {
			t.Errorf("%s: %+v, %v", name, st, err)
		}
		if b.kept() != "" {
			t.Fatalf("%s was kept", name)
		}
	}
	_, err := verifyRules("a.b.c", &identity{})
	want(t, err, api.CodeRulesInvalid)
	b.holds(c)
}

func TestABrokenRulesFileFallsBackToTheBuiltInOnes(t *testing.T) {
	b := newBench(t)
	b.peer.sendRules(2, rulesDoc(t, 2, ""))
	b.activated().Close()
	c := b.client()
	if _, err := c.CheckIn(context.Background()); err != nil || b.kept() == "" {
		t.Fatalf("%v; kept %q", err, b.kept())
	}
	c.Close()
	if err := os.WriteFile(filepath.Join(b.dir, rulesFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	c = b.client()
	b.holds(c)
	if now, err := c.Fingerprint(context.Background()); err != nil || now.Rules != rules.Default().Version() {
		t.Errorf("rules %d, %v", now.Rules, err)
	}
	aside, _ := filepath.Glob(filepath.Join(b.dir, rulesFile+".broken-*"))
	if len(aside) != 1 {
		t.Errorf("set aside %v", aside)
	}
}

// TestNewRulesAreKilledAtEveryWrite: the vault opens before and after, whatever
// was written.
func TestNewRulesAreKilledAtEveryWrite(t *testing.T) {
	survived, points := 0, 0
	for point := 1; ; point++ {
		b := newBench(t)
		b.activated().Close()
		b.peer.policy = api.Policy{Name: api.Strict, Version: 1, BindAll: true}
		c := b.client()
		ctx := context.Background()
		if _, err := c.CheckIn(ctx); err != nil {
			t.Fatal(err)
		}
		c.Close()
		b.peer.sendRules(2, rulesDoc(t, 2, boardTexts))
		steps, dead := 0, errors.New("killed")
		b.disk = files.Stepped(func(step, _ string) error {
			if step != files.StepRead {
				steps++
			}
			if steps >= point {
				return dead
			}
			return nil
		})
		c = b.client()
		_, err := c.CheckIn(ctx)
		c.Close()
		if err == nil {
			break
		}
		points++
		b.disk = files.OS()
		c = b.client()
		v, err := c.GetKey(ctx, "A")
		if err != nil || !bytes.Equal(v, []byte("value")) {
			t.Errorf("killed at %d: %q, %v", point, v, err)
			continue
		}
		if _, err := c.CheckIn(ctx); err != nil || b.kept() == "" {
			t.Errorf("killed at %d: %v; kept %q", point, err, b.kept())
			continue
		}
		b.holds(c)
		survived++
	}
	t.Logf("new rules, killed at every write: %d of %d survive", survived, points)
	if points < 10 {
		t.Errorf("only %d places to be killed at", points)
	}
}
