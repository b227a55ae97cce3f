package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// changed gives the built-in document with one value replaced, by path.
func changed(t *testing.T, path string, v any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(BuiltIn(), &doc); err != nil {
		t.Fatal(err)
	}
	at := doc
	parts := strings.Split(path, ".")
	for _, p := range parts[:len(parts)-1] {
		at = at[p].(map[string]any)
	}
	at[parts[len(parts)-1]] = v
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuiltInRules(t *testing.T) {
	s := Default()
	if s.Version() < 1 || s != Default() || len(s.agents) < 15 {
		t.Errorf("version %d, %d agents", s.Version(), len(s.agents))
	}
	if len(BuiltIn()) > MaxSize/4 {
		t.Errorf("the built-in document has %d bytes", len(BuiltIn()))
	}
	again, err := Parse(changed(t, "version", 7))
	if err != nil || again.Version() != 7 {
		t.Fatalf("%v", err)
	}
}

func TestNonsenseIsRefusedAndNamed(t *testing.T) {
	agent := func(id, name, pkg string) []any {
		return []any{map[string]any{"id": id, "name": name, "linux": []string{pkg}}}
	}
	layout := func(s string) []any { return []any{map[string]any{"of": "x", "bytes": s}} }
	for _, c := range []struct {
		path string
		v    any
		says string
	}{
		{"schema", 2, "schema 2"},
		{"version", 0, "version 0"},
		{"version", 1.5, "number"},
		{"unheard", 1, "unknown field"},
		{"texts", []string{}, "0 patterns"},
		{"texts", []string{"("}, "missing closing"},
		{"texts", []string{"a)|(b"}, "unexpected )"},
		{"texts", []string{".*"}, "which is a value"},
		{"texts", []string{"latitude.*"}, "which is a value"},
		{"texts", []string{""}, "0 bytes"},
		{"texts", []string{"NONE"}, "capital"},
		{"texts", []string{`(?=x)`}, "invalid"},
		{"texts", []string{strings.Repeat("a", 201)}, "201 bytes"},
		{"texts", make([]string, 2000), "2000 patterns"},
		{"serials.shortest", 50, "shortest 50"},
		{"serials.distinct", 0, "distinct 0"},
		{"uuids.distinct", 17, "distinct 17"},
		{"uuids.known", []string{"xyz"}, "no identifier"},
		{"uuids.prefixes", []string{"00"}, "4 to 16 bytes"},
		{"addresses.equal", 1, "equal 1"},
		{"addresses.prefixes", []any{map[string]any{"bytes": "00"}}, "3 to 6 bytes"},
		{"correlations.uuidLayouts", layout("00 01"), "2 bytes"},
		{"correlations.uuidLayouts", layout("m0 m1 m2 m3 m4 -- -- -- -- -- -- -- -- -- -- --"), "holds 5"},
		{"correlations.uuidLayouts", layout("m0 m1 m2 m3 m4 m5 t0 -- -- -- -- -- -- -- -- --"), "at once"},
		{"correlations.uuidLayouts", layout("m0 m0 m2 m3 m4 m5 -- -- -- -- -- -- -- -- -- --"), "twice"},
		{"correlations.uuidLayouts", layout("t0 t2 -- -- -- -- -- -- -- -- -- -- -- -- -- --"), "t1 is missing"},
		{"correlations.uuidLayouts", layout("-- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --"), "holds 0"},
		{"correlations.uuidLayouts", layout("zz -- -- -- -- -- -- -- -- -- -- -- -- -- -- --"), "no byte"},
		{"correlations.serialsOfUUID", []string{"V"}, "two characters"},
		{"correlations.boardsOfSerial", []string{"*"}, "SERIAL once"},
		{"agents", agent("", "x", "abc"), "want an id"},
		{"agents", agent("a b", "x", "abc"), "want an id"},
		{"agents", agent("x", "", "abc"), "want an id"},
		{"agents", agent("x", "y", "*"), "three characters"},
		{"agents", agent("x", "y", "a*c"), "three characters"},
		{"agents", append(agent("x", "y", "abc"), agent("x", "z", "abd")...), "want an id of its own"},
		{"agents", append(agent("x", "y", "abc"), agent("z", "z", "abc")...), "belongs to x"},
	} {
		_, err := Parse(changed(t, c.path, c.v))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s = %v: %v, want an error that says %q", c.path, c.v, err, c.says)
		}
	}
	for name, doc := range map[string][]byte{
		"nothing": nil, "no object": []byte("[]"), "cut short": BuiltIn()[:500], "two documents": append(BuiltIn(), BuiltIn()...),
		"too long": append(BuiltIn(), bytes.Repeat([]byte(" "), MaxSize)...),
	} {
		if _, err := Parse(doc); err == nil {
			t.Errorf("%s was taken for rules", name)
		}
	}
}

// TestRulesAreTheDocuments: each sort of rule comes from the document and from
// nowhere else.
func TestRulesAreTheDocuments(t *testing.T) {
	parse := func(path string, v any) *Set {
		s, err := Parse(changed(t, path, v))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return s
	}
	if s := parse("texts", []string{"acme filler"}); !s.Text("Acme Filler") || s.Text("Default string") || !s.Text("xxxx") {
		t.Error("texts")
	}
	if s := parse("serials.shortest", 6); !s.Serial("ab12x") || Default().Serial("ab12x") {
		t.Error("the shortest serial number")
	}
	if s := parse("serials.ascending", false); s.Serial("bcdefghi") || !Default().Serial("bcdefghi") {
		t.Error("serial numbers that count up")
	}
	u := id(t, "00d8f1b4-6c3e-11eb-8000-3cecef5a90c2")
	if s := parse("uuids.known", []string{"00d8f1b4-6c3e-11eb-8000-3cecef5a90c2"}); s.UUID(u) == "" || s.UUID(swapped(u)) == "" || Default().UUID(u) != "" {
		t.Error("known identifiers, in both byte orders")
	}
	if s := parse("uuids.prefixes", []string{"00d8f1b4"}); s.UUID(u) == "" {
		t.Error("prefixes of identifiers")
	}
	own := []byte{0x3c, 0x58, 0xc2, 1, 2, 3}
	if s := parse("addresses.prefixes", []any{map[string]any{"bytes": "3c58c2", "of": "a test"}}); s.MAC(own) == "" || Default().MAC(own) != "" {
		t.Error("prefixes of addresses")
	}
	if s := parse("addresses.local", false); s.MAC([]byte{0x02, 1, 2, 3, 4, 5}) != "" {
		t.Error("locally administered addresses")
	}
	if s := parse("correlations.uuidLayouts", []any{}); s.UUID(id(t, "03ff02ff-04ff-05ff-ff06-ff0700080009")) != "" {
		t.Error("layouts of identifiers")
	}
}

func TestTies(t *testing.T) {
	s := Default()
	u := id(t, "564d1288-1f90-aa03-7721-6e0b5c4d99e1")
	for serial, want := range map[string]bool{
		"vmware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1": true,
		"vmware-88 12 4d 56 90 1f 03 aa-77 21 6e 0b 5c 4d 99 e1": true,
		"vmware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e2": false,
		"56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1":        false,
		"vmware-": false, "": false,
	} {
		if s.SerialOfUUID(serial, u) != want {
			t.Errorf("%q spells the identifier: want %v", serial, want)
		}
	}
	for _, c := range []struct {
		board, serial string
		want          bool
	}{{"/9hfxkt3/cn1/", "9hfxkt3", true}, {"9hfxkt3", "9hfxkt3", true}, {"9hfxkt3x", "9hfxkt3", false}, {"x", "", false}, {"", "", false}, {"/9hfxkt3", "9hfxkt3", false}} {
		if got := s.BoardOfSerial(c.board, c.serial); got != c.want {
			t.Errorf("%q of %q: %v", c.board, c.serial, got)
		}
	}
}

func TestAgents(t *testing.T) {
	s := Default()
	say := func(list []Agent) string { return fmt.Sprint(list) }
	for _, c := range []struct {
		platform string
		names    []string
		want     string
	}{
		{"linux", []string{"bash", "wazuh-agent", "osquery", "falcon-sensor", "osquery"}, "[{crowdstrike-falcon CrowdStrike Falcon} {osquery osquery} {wazuh Wazuh}]"},
		{"linux", []string{"SentinelAgent", "mdatp"}, "[{microsoft-defender-endpoint Microsoft Defender for Endpoint} {sentinelone SentinelOne}]"},
		{"linux", []string{"osquery-docs", "libfalco0", "CSFalconService"}, "[]"},
		{"windows", []string{"csfalconservice", "Sense", "AVP21.3", "Dhcp"}, "[{crowdstrike-falcon CrowdStrike Falcon} {kaspersky Kaspersky} {microsoft-defender-endpoint Microsoft Defender for Endpoint}]"},
		{"darwin", []string{"com.microsoft.wdav", "com.microsoft.wdav.epsext", "com.apple.Safari"}, "[{microsoft-defender-endpoint Microsoft Defender for Endpoint}]"},
		{"plan9", []string{"osquery"}, "[]"},
		{"linux", nil, "[]"},
	} {
		if got := say(s.Agents(c.platform, c.names)); got != c.want {
			t.Errorf("%s %q: %s", c.platform, c.names, got)
		}
	}
	for _, a := range s.agents {
		if len(s.Agents("linux", []string{a.ID, a.Name})) > 1 {
			t.Errorf("%s is two", a.ID)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add(BuiltIn())
	f.Add([]byte(`{"schema":1,"version":1,"texts":["a+"],"serials":{"shortest":4,"distinct":3},"uuids":{"distinct":3},"addresses":{"equal":5}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := Parse(doc)
		if err != nil {
			return
		}
		for _, v := range ordinary {
			if s.texts.MatchString(v) {
				t.Errorf("%q passed and calls %q a placeholder", doc, v)
			}
		}
		s.UUID([16]byte{1, 2, 3})
		s.MAC([]byte{1, 2, 3, 4, 5, 6})
		s.Agents("linux", []string{"osquery"})
	})
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "\x00", "Default string", "9HFXKT3", "caf\xe9 \xff", "vmware-56 4d", "4c4c4544004846108058b9c04f4b5433"} {
		f.Add(s, []byte(s))
	}
	f.Fuzz(func(t *testing.T, v string, b []byte) {
		s := Default()
		if s.Serial(v) != s.Serial(Fold(v)) || s.Text(v) != s.Text(Fold(v)) {
			t.Errorf("letter case decides about %q", v)
		}
		if s.Text(v) && !s.Serial(v) {
			t.Errorf("%q is no text and yet a serial number", v)
		}
		s.MAC(b)
		s.Agents("linux", []string{v})
		s.BoardOfSerial(v, string(b))
		if len(b) >= 16 {
			u := [16]byte(b)
			if swapped(swapped(u)) != u || s.ids.known[u] && s.UUID(u) == "" {
				t.Errorf("%x", u)
			}
			s.SerialOfUUID(v, u)
		}
	})
}
