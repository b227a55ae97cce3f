package fingerprint

import (
	"strings"
	"testing"
)

func TestPlaceholderSerials(t *testing.T) {
	for _, s := range []string{
		"", "0", "123", "0000000000", "FFFFFFFF", "xxxxxxxx", "--------", "........", "********", "    ",
		"To Be Filled By O.E.M.", "to be filled by o.e.m.", "ToBeFilledByOEM", "Fill By OEM", "Default string", "DefaultString",
		"$(DEFAULT_STRING)", "Not Specified", "Not Applicable", "Not Available", "None", "No Asset Tag", "N/A", "NA", "null", "(null)",
		"Empty", "Unknow", "Unknown", "Undefined", "INVALID", "OEM", "O.E.M.", "OEM_Serial", "Standard",
		"System Serial Number", "System manufacturer", "SystemSerialNumb", "Base Board Serial Number", "Main Board Serial Number",
		"MB-1234567890", "SYS-1234567890", "Sys-9876543210", "SN-12345", "Chassis Serial Number", "Type2 - Board Serial Number",
		"Asset Tag", "Asset-1234567890", "SerNum0", "Serial Number", "PartNum0", "Manufacturer00", "ModulePartNumber00",
		"Array1_PartNumber0", "nnnnnnnn", "eval", "IATPASS", "<OUT OF SPEC>", "INSYDE", "All Series", "SKU", "BSN12345678901234567",
		"123456789", "1234567890", "0123456789", "0123456789ABCDEF", "12345678", "abcdef", "1-2-1-2", "AABBAABB",
	} {
		if !rejectSerial(clean(s)) {
			t.Errorf("%q was taken for a serial number", s)
		}
	}
}

func TestRealSerials(t *testing.T) {
	for _, s := range []string{
		"9HFXKT3", "/9HFXKT3/CNCMK0009I0041/", "S4GENX0R412873", "WD-WXB2A51K7J08", "PF1ABC2D", "C02XK0AAJGH5", "5CD9123ABC",
		"OM211S023894", "Z1E8R4T5", "MP17NXTL", "NOXA1234", "TYPHOON-77A1", "EVALX991", "190234", "VMware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1",
	} {
		if rejectSerial(clean(s)) {
			t.Errorf("%q was taken for a placeholder", s)
		}
	}
}

func TestModelsAreNotSerials(t *testing.T) {
	for _, s := range []string{"X1", "Latitude 5511", "20Q5S0AB00", "B450M Pro4", "V7"} {
		if rejectText(s) {
			t.Errorf("model %q was taken for a placeholder", s)
		}
	}
	for _, s := range []string{"System Product Name", "Base Board Product Name", "System manufacturer", "To be filled by O.E.M.", "Default string", "", "0", "xxx"} {
		if !rejectText(s) {
			t.Errorf("model %q was taken for a name", s)
		}
	}
}

func TestPlaceholderUUIDs(t *testing.T) {
	for _, s := range []string{
		"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "11111111-1111-1111-1111-111111111111",
		"01010101-0101-0101-0101-010101010101", "fefefefe-fefe-fefe-fefe-fefefefefefe",
		"03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
		"00010203-0405-0607-0809-0a0b0c0d0e0f", "03020100-0504-0706-0809-0a0b0c0d0e0f",
		"12345678-1234-5678-90ab-cddeefaabbcc", "12345678-1234-5678-1234-567812345678",
		"10000000-0000-8000-0040-000000000000", "ffffff00-ffff-ffff-ffff-ffffffffffff",
		"deadbeef-dead-beef-dead-beefdeadbeef", "6ab5b300-538d-1014-9fb5-b0684d007b53",
		"4c4c4544-0000-2010-8020-80c04f202020", // Dell with a blank service tag
		"03ff02ff-04ff-05ff-ff06-ff0700080009", // the template with address ff:ff:ff:ff:ff:ff
		"0302020a-0400-0527-0106-ff0700080009", // with a locally administered one
	} {
		u, ok := parseUUID(s)
		if !ok {
			t.Fatalf("%q is no UUID", s)
		}
		if rejectUUID(u) == "" {
			t.Errorf("%s was taken for a computer's own id", s)
		}
	}
}

func TestRealUUIDs(t *testing.T) {
	for _, s := range []string{
		"4c4c4544-0048-4610-8058-b9c04f4b5433", "4C4C4544004846108058B9C04F4B5433", "{00d8f1b4-6c3e-11eb-8000-3cecef5a90c2}",
		"03d40274-0435-05dc-ba06-830700080009", "564d1288-1f90-aa03-7721-6e0b5c4d99e1",
	} {
		u, ok := parseUUID(s)
		if !ok || rejectUUID(u) != "" {
			t.Errorf("%s was refused", s)
		}
	}
	for _, s := range []string{"", "abc", "4c4c4544-0048-4610-8058-b9c04f4b543", "zz4c4544-0048-4610-8058-b9c04f4b5433", "uninitialized"} {
		if _, ok := parseUUID(s); ok {
			t.Errorf("%q was read as a UUID", s)
		}
	}
}

func TestTemplateUUIDHoldsTheAddress(t *testing.T) {
	for _, s := range []string{"03d40274-0435-05dc-ba06-830700080009", "7402d403-3504-dc05-ba06-830700080009"} {
		u, _ := parseUUID(s)
		mac, ok := templateMAC(u)
		if !ok || mac != [6]byte{0x74, 0xd4, 0x35, 0xdc, 0xba, 0x83} {
			t.Errorf("%s: %x %v", s, mac, ok)
		}
	}
	if _, ok := templateMAC(uuid{1, 2, 3}); ok {
		t.Error("any id was taken for the template")
	}
}

func TestDellUUIDHoldsTheTag(t *testing.T) {
	u, _ := parseUUID("4c4c4544-0048-4610-8058-b9c04f4b5433")
	if tag, ok := dellTag(u); !ok || tag != "9HFXKT3" {
		t.Errorf("tag %q %v", tag, ok)
	}
}

func TestCorrelatedValuesCountOnce(t *testing.T) {
	id := func(kind, v string) Component { return identifier(kind, v, "") }
	dell, serial, board := id("system-uuid", "4c4c4544-0048-4610-8058-b9c04f4b5433"), id("system-serial", "9hfxkt3"), id("board-serial", "/9hfxkt3/cn1/")
	correlate(&dell, &serial, &board)
	if dell.From != "system-serial" || board.From != "system-serial" || serial.From != "" {
		t.Errorf("Dell: %q %q %q", dell.From, serial.From, board.From)
	}
	vm, serial, none := id("system-uuid", "564d1288-1f90-aa03-7721-6e0b5c4d99e1"), id("system-serial", "vmware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1"), lacking("board-serial", Absent, "not-there")
	correlate(&vm, &serial, &none)
	if serial.From != "system-uuid" || vm.From != "" {
		t.Errorf("VMware: %q %q", vm.From, serial.From)
	}
	own, serial, board := id("system-uuid", "00d8f1b4-6c3e-11eb-8000-3cecef5a90c2"), id("system-serial", "s353401x1308817"), id("board-serial", "om211s023894")
	correlate(&own, &serial, &board)
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

func TestAddresses(t *testing.T) {
	bad := []string{
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:42:ac:11:00:02", "52:54:00:6b:3c:58",
		"00:50:56:c0:00:01", "0a:00:27:00:00:0e", "02:00:4e:43:50:49", "02:80:37:ec:02:00", "00:15:5d:01:02:03", "44:45:53:54:42:00",
		"20:41:53:59:4e:ff", "50:50:54:50:30:30", "33:50:6f:45:30:30", "00:00:00:00:00:01", "88:88:88:88:87:88",
	}
	for _, s := range bad {
		m, ok := parseMAC(s)
		if !ok || rejectMAC(m) == "" {
			t.Errorf("%s was taken for a card's own address", s)
		}
	}
	for _, s := range []string{"3c:58:c2:4e:91:a7", "8c:04:ba:37:d2:5e", "00:50:56:9a:11:22", "a0:36:9f:b1:47:e8"} {
		m, ok := parseMAC(s)
		if !ok || rejectMAC(m) != "" {
			t.Errorf("%s was refused", s)
		}
	}
	if _, ok := parseMAC("80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1"); ok {
		t.Error("an InfiniBand address was read as Ethernet")
	}
	if rejectMAC(nil) == "" {
		t.Error("no address at all was accepted")
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
