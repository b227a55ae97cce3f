package fingerprint

import (
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

func TestParseUUID(t *testing.T) {
	for _, s := range []string{"", "abc", "4c4c4544-0048-4610-8058-b9c04f4b543", "zz4c4544-0048-4610-8058-b9c04f4b5433", "uninitialized"} {
		if _, ok := parseUUID(s); ok {
			t.Errorf("%q was read as a UUID", s)
		}
	}
}

func TestParseMAC(t *testing.T) {
	if _, ok := parseMAC("80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1"); ok {
		t.Error("an InfiniBand address was read as Ethernet")
	}
	if b, ok := parseMAC("3c-58-c2-4e-91-a7"); !ok || b[0] != 0x3c {
		t.Errorf("%x %v", b, ok)
	}
}

func TestCorrelatedValuesCountOnce(t *testing.T) {
	r := &reader{rules: rules.Default()}
	id := func(kind, v string) Component { return identifier(kind, v, "") }
	dell, serial, board := id("system-uuid", "4c4c4544-0048-4610-8058-b9c04f4b5433"), id("system-serial", "9hfxkt3"), id("board-serial", "/9hfxkt3/cn1/")
	r.correlate(&dell, &serial, &board)
	if dell.From != "system-serial" || board.From != "system-serial" || serial.From != "" {
		t.Errorf("Dell: %q %q %q", dell.From, serial.From, board.From)
	}
	vm, serial, none := id("system-uuid", "564d1288-1f90-aa03-7721-6e0b5c4d99e1"), id("system-serial", "vmware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1"), lacking("board-serial", Absent, "not-there")
	r.correlate(&vm, &serial, &none)
	if serial.From != "system-uuid" || vm.From != "" {
		t.Errorf("VMware: %q %q", vm.From, serial.From)
	}
	own, serial, board := id("system-uuid", "00d8f1b4-6c3e-11eb-8000-3cecef5a90c2"), id("system-serial", "s353401x1308817"), id("board-serial", "om211s023894")
	r.correlate(&own, &serial, &board)
	if own.From+serial.From+board.From != "" {
		t.Error("values of their own were tied together")
	}
	if s := (Snapshot{Components: []Component{own, serial, board}}).Score(); s != 26 {
		t.Errorf("score %d", s)
	}
	if s := (Snapshot{Components: []Component{dell, id("system-serial", "9hfxkt3")}}).Score(); s != 7 {
		t.Errorf("a Dell id and its tag score %d, want the tag's 7", s)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "  a  b ": "a b", "abc\x00def": "abc", "\x00abc": "", "a\tb\r\nc": "a b c", "a\u00a0b\u2003c": "a b c",
		"\x1b[31mred": "[31mred", "a\u202eb": "a b", "caf\xe9": "caf\ufffd", " \x7f ": "", "ünïcode": "ünïcode",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
		if again := clean(clean(in)); again != clean(in) {
			t.Errorf("clean is not settled on %q", in)
		}
	}
	if fold("ABC-Ä-İ") != "abc-Ä-İ" {
		t.Error("folding must not touch letters that a newer table may fold in another way")
	}
}

func TestMaskShowsLittle(t *testing.T) {
	for in, want := range map[string]string{"": "••••", "ab": "••••", "abc": "••••c", "9hfxkt3": "••••t3", "s4genx0r412873": "••••2873"} {
		if got := mask(in); got != want {
			t.Errorf("mask(%q) = %q, want %q", in, got, want)
		}
	}
	if got := shorten(strings.Repeat("é", 500)); len([]rune(got)) != longestLabel {
		t.Error("a label may be as long as a hostile file")
	}
}
