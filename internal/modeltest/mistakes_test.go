package modeltest

import (
	"fmt"
	"testing"
)

// Mistakes that a program could make: each is one line of docs/vault.md not
// followed. The model must find every one, or it proves nothing.
const (
	freshPairEachTime     = "a fresh pair although the last one was not answered"
	sendBeforeStoring     = "the pair is sent before it is on the disk"
	stateBeforeVault      = "the state says that there is a vault before there is"
	newSecretOnError      = "an error of the keyring is taken for an empty one"
	forgetBeforePromoting = "the spare key is deleted before it is the device key"
	neverSayLocked        = "a check-in never says that the vault is locked"
	forgetUnannounced     = "signing out begins without saying so"
)

func (w *world) makes(mistake string) bool { return w.mistake == mistake }

// finding is how a recorder ends a life that went wrong.
type finding string

// recorder notes a failure instead of failing the test.
type recorder struct{ testing.TB }

// Fatalf ends the life.
func (recorder) Fatalf(format string, args ...any) { panic(finding(fmt.Sprintf(format, args...))) }

// Fatal ends the life.
func (recorder) Fatal(args ...any) { panic(finding(fmt.Sprint(args...))) }

// found runs the story with a mistake and one failure, and says what went wrong.
func found(t *testing.T, mistake string, f *faults) (what string) {
	defer func() {
		if p := recover(); p != nil {
			text, ok := p.(finding)
			if !ok {
				panic(p)
			}
			what = string(text)
		}
	}()
	w := newWorld(recorder{t}, f)
	w.mistake = mistake
	story(w)
	w.done()
	return ""
}

func TestTheModelFindsMistakes(t *testing.T) {
	t.Parallel()
	for m, from := range map[string]int{ // where in the story to begin looking
		freshPairEachTime: 40, sendBeforeStoring: 40, stateBeforeVault: 1, newSecretOnError: 60,
		forgetBeforePromoting: 410, neverSayLocked: 1, forgetUnannounced: 540,
	} {
		what, at := "", 0
		for at = from; at <= from+120 && what == ""; at++ {
			if what = found(t, m, &faults{kill: map[int]bool{at: true}}); what == "" {
				what = found(t, m, &faults{blip: map[int]bool{at: true}})
			}
		}
		if what == "" {
			t.Errorf("not found: %s", m)
			continue
		}
		t.Logf("%s: found at step %d: %.100s", m, at-1, what)
	}
}
