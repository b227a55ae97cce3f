package vault

import (
	"bytes"
	"slices"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func TestBalancedBindsTheGroupsThatCount(t *testing.T) {
	noBoard := with(with(with(computer(), "system-uuid", lacks("system-uuid", fingerprint.Unreadable)),
		"system-serial", lacks("system-serial", fingerprint.Unreadable)), "board-serial", lacks("board-serial", fingerprint.Failed))
	for name, c := range map[string]struct {
		s    fingerprint.Snapshot
		want []string
	}{
		"board readable":     {computer(), []string{"boot-disk", "install-id", "system-serial", "system-uuid"}},
		"board not readable": {noBoard, []string{"boot-disk", "install-id", "network-card"}},
		"nothing":            {snapshot(), nil},
		"no network either":  {with(noBoard, "network-card", lacks("network-card", fingerprint.Absent)), []string{"boot-disk", "install-id"}},
	} {
		if got := Kinds(balanced(), c.s); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestStrictBindsWhatIsThereAndWhatIsNot(t *testing.T) {
	s := with(computer(), "gpu-driver", lacks("gpu-driver", fingerprint.Unreadable))
	got := Kinds(strict(), s)
	want := []string{"board-serial", "boot-disk", "gpu", "install-id", "memory", "network-card", "system-serial", "system-uuid", "tpm"}
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	if !Bind(got, s).usable() {
		t.Fatal("not usable")
	}
	before := Bind(got, s).canonical()
	same := with(s, "board-serial", lacks("board-serial", fingerprint.Absent)) // a placeholder is as good as absent
	if !bytes.Equal(before, Bind(got, same).canonical()) {
		t.Fatal("a placeholder that vanished changed the binding")
	}
	appeared := with(s, "tpm", has("tpm", "2.0"))
	if bytes.Equal(before, Bind(got, appeared).canonical()) {
		t.Fatal("what appeared did not change the binding")
	}
	if Bind(got, with(s, "tpm", lacks("tpm", fingerprint.Unreadable))).complete() {
		t.Fatal("unreadable passes for absent")
	}
}

func TestSetsAreBoundMemberByMember(t *testing.T) {
	two := snapshot(has("disk", "a"), has("disk", "b"))
	bytesOf := func(s fingerprint.Snapshot) []byte { return Bind([]string{"disk"}, s).canonical() }
	if !bytes.Equal(bytesOf(two), bytesOf(snapshot(has("disk", "b"), has("disk", "a")))) {
		t.Fatal("the order counts")
	}
	if !bytes.Equal(bytesOf(two), bytesOf(snapshot(has("disk", "b"), lacks("disk", fingerprint.Unreadable), has("disk", "a")))) {
		t.Fatal("an unreadable member counts while others are there")
	}
	for _, other := range []fingerprint.Snapshot{
		snapshot(has("disk", "a")), snapshot(has("disk", "ab")), snapshot(has("disk", "a"), has("disk", "b"), has("disk", "b")),
		snapshot(has("disk", "a"), fingerprint.Component{Kind: "disk", Place: "b", State: fingerprint.Present, Value: "b"}),
		snapshot(lacks("disk", fingerprint.Absent)),
	} {
		if bytes.Equal(bytesOf(two), bytesOf(other)) {
			t.Fatalf("%v gives the same bytes", other.Components)
		}
	}
}

// FuzzCanonicalIsInjective: two different bound sets never give equal bytes.
func FuzzCanonicalIsInjective(f *testing.F) {
	f.Add("disk", "", "ab", "disk", "a", "b")
	f.Add("a", "b", "", "a", "", "b")
	f.Fuzz(func(t *testing.T, k1, p1, v1, k2, p2, v2 string) {
		one := func(k, p, v string) Binding {
			return Bind([]string{k}, snapshot(fingerprint.Component{Kind: k, Place: p, State: fingerprint.Present, Value: v}))
		}
		a, b := one(k1, p1, v1), one(k2, p2, v2)
		same := k1 == k2 && (v1 == "" && v2 == "" || p1 == p2 && v1 == v2)
		if bytes.Equal(a.canonical(), b.canonical()) && !same {
			t.Fatalf("%q %q %q and %q %q %q", k1, p1, v1, k2, p2, v2)
		}
	})
}

func TestAnEmptyValueIsNone(t *testing.T) {
	if Bind([]string{"disk"}, snapshot(has("disk", ""))).usable() {
		t.Fatal("an empty value was bound")
	}
	if got := Kinds(api.Policy{BindAll: true}, snapshot(has("disk", ""))); len(got) != 0 {
		t.Fatal(got)
	}
}
