package fingerprint_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// secretsOf gives every identifier of a snapshot in the forms in which it could
// slip out.
func secretsOf(s fingerprint.Snapshot) []string {
	var out []string
	for _, c := range s.Components {
		if c.State != fingerprint.Present || !fingerprint.Identifier(c.Kind) {
			continue
		}
		for _, v := range strings.Split(c.Value, ", ") {
			out = append(out, v)
			if c.Kind == "network-card" && len(v) >= 12 {
				out = append(out, v[:2]+":"+v[2:4]+":"+v[4:6]+":"+v[6:8], v[6:12])
			}
		}
	}
	return out
}

func TestLabelsHoldNoIdentifier(t *testing.T) {
	for _, c := range everyComputer() {
		s := read(t, sample(t, c[0], c[1]))
		secrets := secretsOf(s)
		if len(secrets) < 3 {
			t.Fatalf("%s: only %d identifiers to look for", c[0], len(secrets))
		}
		raw, err := json.Marshal(s.Labels())
		if err != nil {
			t.Fatal(err)
		}
		leaks(t, strings.Join(c[:], "/")+" labels", string(raw), secrets)
		for _, comp := range s.Components {
			leaks(t, comp.Kind+" label", comp.Label, secrets)
			leaks(t, comp.Kind+" masked", comp.Masked, secrets)
			leaks(t, comp.Kind+" place", comp.Place, secrets)
			leaks(t, comp.Kind+" reason", comp.Reason, secrets)
		}
	}
}

func leaks(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(strings.ToLower(text), s) {
			t.Errorf("%s holds an identifier", where)
		}
	}
}

func TestLabelsLeaveOutIdentifyingKinds(t *testing.T) {
	labels := read(t, sample(t, "laptop", "")).Labels()
	if len(labels) < 20 {
		t.Fatalf("only %d labels", len(labels))
	}
	for _, l := range labels {
		if fingerprint.Identifier(l.Kind) {
			t.Errorf("%s is among the labels", l.Kind)
		}
	}
}

func TestDigestsHideAndCompare(t *testing.T) {
	s := read(t, sample(t, "laptop", ""))
	key, other := []byte("0123456789abcdef0123456789abcdef"), []byte("another key of thirty-two bytes!")
	a, b := s.Digests(key), s.Digests(key)
	if !slices.Equal(a, b) {
		t.Error("the same key gave other digests")
	}
	strange := map[string]bool{}
	for _, d := range s.Digests(other) {
		strange[d.Sum] = d.Sum != ""
	}
	seen := map[string]bool{}
	for _, d := range a {
		if (d.State == fingerprint.Present) != (len(d.Sum) == 32) {
			t.Errorf("%s is %s with digest %q", d.Kind, d.State, d.Sum)
		}
		if d.Sum != "" && (strange[d.Sum] || seen[d.Sum]) {
			t.Errorf("%s: two digests are one", d.Kind)
		}
		seen[d.Sum] = true
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, "digests", string(raw), secretsOf(s))
	if !slices.IsSortedFunc(a, func(x, y fingerprint.Digest) int {
		return strings.Compare(string(x.Class)+"\x00"+x.Kind+"\x00"+x.Place+"\x00"+x.Sum, string(y.Class)+"\x00"+y.Kind+"\x00"+y.Place+"\x00"+y.Sum)
	}) {
		t.Error("digests are not in their order")
	}
}

// TestDigestIsWhatTheCommentSays computes one by hand.
func TestDigestIsWhatTheCommentSays(t *testing.T) {
	s := fingerprint.Snapshot{Schema: 1, Components: []fingerprint.Component{
		{Class: fingerprint.OS, Kind: "kernel", State: fingerprint.Present, Value: "6.1"},
	}}
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("holdfast-digest\x00\x00\x00\x01\x00\x00\x00\x06kernel\x00\x00\x00\x00\x00\x00\x00\x036.1"))
	want := hex.EncodeToString(mac.Sum(nil)[:16])
	if got := s.Digests([]byte("key"))[0].Sum; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEqualMembersOfASetStayApart(t *testing.T) {
	const twin = "pci:v00001022d00001483sv00001022sd00001453bc06sc04i00\n"
	s := read(t, tree(t, "-- sys/bus/pci/devices/a/modalias --\n"+twin+"-- sys/bus/pci/devices/b/modalias --\n"+twin))
	list := s.Of("pci")
	if len(list) != 2 || list[0].Value == list[1].Value {
		t.Errorf("%+v", list)
	}
}
