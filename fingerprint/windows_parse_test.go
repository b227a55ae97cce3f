package fingerprint

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

func TestDiskSerials(t *testing.T) {
	const wd = "WDC WD20EZBX-00AYRA0"
	for _, c := range []struct{ raw, product, want string }{
		{"     WD-WX52A81K7J0X", wd, "WD-WX52A81K7J0X"},
		{swapPairs("     WD-WX52A81K7J0X"), swapPairs(wd), "WD-WX52A81K7J0X"},
		{swapPairs("     WD-WX52A81K7J0X"), wd, "WD-WX52A81K7J0X"},
		{swapPairs("WD-WX52A81K7J0X     "), wd, "WD-WX52A81K7J0X"},
		{"2020202020202020202020205635313539424641", "", "V5159BFA"},
		{"S3Z8NB0K123456", "Samsung SSD 860 EVO", "S3Z8NB0K123456"},
		{"3S8ZBNK0214365", "aSsmnu gSS D68 0VE O", "S3Z8NB0K123456"},
		{"0025_38B1_11B2_7C4E.", "SAMSUNG MZVLB512HBJQ", "002538B111B27C4E"},
		{"E823_8FA6_BF53_0001_001B_448B_4E60_93D7.", "WD PC SN740", "E8238FA6BF530001001B448B4E6093D7"},
		{"0025_38B1", "", "0025_38B1"},
		{"ABC_DEF_", "", "ABC_DEF"},
		{" \t20171210 ..", "", "20171210"},
		{"BTLN\x00rest", "", "BTLN"},
		{"", "", ""},
	} {
		if got := diskSerial(c.raw, c.product); got != c.want {
			t.Errorf("diskSerial(%q, %q) = %q, want %q", c.raw, c.product, got, c.want)
		}
	}
}

// descriptor makes a STORAGE_DEVICE_DESCRIPTOR.
func descriptor(bus byte, removable bool, texts ...string) []byte {
	b := make([]byte, 40)
	b[28] = bus
	if removable {
		b[10] = 1
	}
	for i, at := range []int{12, 16, 20, 24} {
		if i < len(texts) && texts[i] != "" {
			binary.LittleEndian.PutUint32(b[at:], uint32(len(b)))
			b = append(append(b, texts[i]...), 0)
		}
	}
	return b
}

func TestStorageDescriptors(t *testing.T) {
	d, err := parseStorageDevice(descriptor(17, true, "NVMe    ", "SAMSUNG", "1.0", "0025_38B1."))
	if want := (WindowsDisk{Bus: 17, Removable: true, Vendor: "NVMe    ", Product: "SAMSUNG", Serial: "0025_38B1."}); err != nil || d != want {
		t.Errorf("%+v, %v", d, err)
	}
	b := descriptor(11, false, "", "x")
	binary.LittleEndian.PutUint32(b[24:], 0xffffffff)
	binary.LittleEndian.PutUint32(b[12:], 3)
	if d, err := parseStorageDevice(b); err != nil || d.Serial != "" || d.Vendor != "" || d.Product != "x" {
		t.Errorf("offsets that lead nowhere: %+v, %v", d, err)
	}
	if _, err := parseStorageDevice(b[:35]); err == nil {
		t.Error("half a descriptor was read")
	}
}

// storageID makes one STORAGE_IDENTIFIER.
func storageID(codeSet, kind, association uint32, next uint16, id ...byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, codeSet)
	b = binary.LittleEndian.AppendUint32(b, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(id)))
	b = binary.LittleEndian.AppendUint16(b, next)
	b = binary.LittleEndian.AppendUint32(b, association)
	return append(b, id...)
}

func storageIDs(count uint32, ids ...[]byte) []byte {
	b := make([]byte, 12)
	binary.LittleEndian.PutUint32(b[8:], count)
	return append(b, slices.Concat(ids...)...)
}

func TestStorageIdentifiers(t *testing.T) {
	naa := storageID(1, idNAA, 0, 24, 0x50, 1, 0x4e, 0xe2, 0xb1, 0xc3, 0xd4, 0xe5)
	eui := storageID(1, idEUI64, 0, 24, 0, 0x25, 0x38, 0xb1, 0x11, 0xb2, 0x7c, 0x4e)
	port := storageID(1, idNAA, 1, 24, 1, 1, 1, 1, 1, 1, 1, 1)
	text := storageID(2, idNAA, 0, 24, 'n', 'o', ' ', 'n', 'a', 'm', 'e', '!')
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"NAA":             {storageIDs(1, naa), "50014ee2b1c3d4e5"},
		"both":            {storageIDs(2, naa, eui), "002538b111b27c4e"},
		"other order":     {storageIDs(2, eui, naa), "002538b111b27c4e"},
		"port, text, NAA": {storageIDs(3, port, text, naa), "50014ee2b1c3d4e5"},
		"none":            {storageIDs(0), ""},
		"too many":        {storageIDs(1000, naa), "50014ee2b1c3d4e5"},
		"round":           {storageIDs(60, storageID(1, idNAA, 1, 0, 1)), ""},
		"short":           {storageIDs(1, naa[:20]), ""},
		"nothing":         {nil, ""},
	} {
		if got := parseStorageIDs(c.b); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestVolumeAnswers(t *testing.T) {
	extents := make([]byte, 8+3*24)
	binary.LittleEndian.PutUint32(extents, 3)
	for i, n := range []uint32{2, 0, 2} {
		binary.LittleEndian.PutUint32(extents[8+24*i:], n)
	}
	if got := parseExtents(extents); !slices.Equal(got, []uint32{0, 2}) {
		t.Errorf("disks %v", got)
	}
	if got := parseExtents(extents[:40]); !slices.Equal(got, []uint32{2}) {
		t.Errorf("half an answer: %v", got)
	}
	p := make([]byte, 144)
	p[0] = 1
	u, _ := parseUUID("4d9b6c1e-70f2-4c35-9f18-b3e2a5d07c46")
	s := u.swapped()
	copy(p[48:], s[:])
	if got := parsePartition(p); got != u.String() {
		t.Errorf("partition %s", got)
	}
	p[0] = 0
	if parsePartition(p) != "" || parsePartition(p[:63]) != "" {
		t.Error("a partition without GPT has a GUID")
	}
	if !parseHotplug([]byte{8, 0, 0, 0, 0, 0, 1, 0}) || parseHotplug([]byte{8, 0, 0, 0, 1, 1, 0, 0}) || parseHotplug([]byte{8, 0, 0, 0, 0, 0, 1}) {
		t.Error("hotplug")
	}
}

func TestWindowsPCI(t *testing.T) {
	ids := []string{`PCI\VEN_10DE&DEV_1F97&SUBSYS_508017AA&REV_A1`, `PCI\VEN_10DE&DEV_1F97&SUBSYS_508017AA`, `PCI\VEN_10DE&DEV_1F97&CC_030200`, `PCI\VEN_10DE&DEV_1F97&CC_0302`}
	want := windowsPCI{id: "ven_10de&dev_1f97&subsys_508017aa&rev_a1", vendor: "10de", device: "1f97", class: "03"}
	if d, ok := parseWindowsPCI(ids); !ok || d != want {
		t.Errorf("%+v", d)
	}
	slices.Reverse(ids)
	if d, ok := parseWindowsPCI(ids); !ok || d != want {
		t.Errorf("in another order: %+v", d)
	}
	for _, id := range []string{"", `USB\VID_0BDA&PID_8153`, `PCI\VEN_10DE`, `PCI\VEN_10DE&DEV_1F9`, `PCI\VEN_10DE&DEV_1F97\..\x`, `PCI\CC_0604`} {
		if d, ok := parseWindowsPCI([]string{id}); ok {
			t.Errorf("%q is a device: %+v", id, d)
		}
	}
}

func TestImagePaths(t *testing.T) {
	for raw, want := range map[string]string{
		``:                                   `C:\Windows\System32\drivers\x.sys`,
		`\SystemRoot\System32\drivers\a.sys`: `C:\Windows\System32\drivers\a.sys`,
		`\??\C:\p q\a.sys`:                   `C:\p q\a.sys`,
		`"C:\p q\a.sys"`:                     `C:\p q\a.sys`,
		`%SystemRoot%\a.sys`:                 `C:\Windows\a.sys`,
		`system32\DRIVERS\a.sys`:             `C:\Windows\system32\DRIVERS\a.sys`,
		`D:\a.sys`:                           `D:\a.sys`,
	} {
		if got := imagePath(raw, "x", `C:\Windows`); got != want {
			t.Errorf("imagePath(%q) = %q, want %q", raw, got, want)
		}
	}
	for raw, want := range map[string]string{"MpKsl7f31c09e": "MpKsl*", "npcap": "npcap", "deadbeef": "deadbeef", "feedbeadfacade": "feedbeadfacade", "ucx01000": "ucx01000", "e1dexpress": "e1dexpress", "12345678": "12345678"} {
		if got := steadyName(raw); got != want {
			t.Errorf("steadyName(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestProgramNames(t *testing.T) {
	for _, c := range []struct{ key, version, publisher, name, label string }{
		{"Mozilla Firefox 123.0.1 (x64 en-US)", "123.0.1", "Mozilla", "Mozilla Firefox (x64 en-US)", "Mozilla\u00a0Firefox\u00a0(x64\u00a0en-US) 123.0.1"},
		{"7-Zip", "23.01", "Igor Pavlov", "7-Zip", "7-Zip 23.01"},
		{"{90160000-008C-0000-1000-0000000FF1CE}", "16.0", "Microsoft Corporation", "{90160000-008C-0000-1000-0000000FF1CE}", "Microsoft\u00a0Corporation\u00a0(90160000) 16.0"},
		{"1.2.3", "1.2.3", "", "1.2.3", "1.2.3 1.2.3"},
	} {
		name := programName(c.key, c.version)
		if label := programLabel(name, c.version, c.publisher); name != c.name || label != c.label {
			t.Errorf("%q: %q, %q", c.key, name, label)
		}
	}
}

func TestRegistryValues(t *testing.T) {
	texts := slices.Concat(WideText("oem3.inf"), WideText(" b\tc "), []byte{0, 0})
	for _, c := range []struct {
		v      RegistryValue
		text   string
		texts  string
		number uint64
		ok     bool
	}{
		{RegistryValue{RegistryText, WideText("Đồ họa 🖥")}, "Đồ họa 🖥", "Đồ họa 🖥", 0, false},
		{RegistryValue{RegistryExpand, WideText("%SystemRoot%\\x")[:27]}, "%SystemRoot%\\", "%SystemRoot%\\", 0, false},
		{RegistryValue{RegistryTexts, texts}, "", "oem3.inf|b c", 0, false},
		{RegistryValue{RegistryNumber, []byte{1, 2, 0, 0}}, "", "", 513, true},
		{RegistryValue{RegistryNumber, []byte{1, 2, 0}}, "", "", 0, false},
		{RegistryValue{RegistryLong, []byte{1, 0, 0, 0, 1, 0, 0, 0}}, "", "", 1<<32 + 1, true},
		{RegistryValue{RegistryBinary, []byte{1}}, "", "", 0, false},
		{RegistryValue{}, "", "", 0, false},
	} {
		n, ok := c.v.Number()
		if c.v.Text() != c.text || strings.Join(c.v.Texts(), "|") != c.texts || n != c.number || ok != c.ok {
			t.Errorf("type %d: %q %q %d %v", c.v.Type, c.v.Text(), c.v.Texts(), n, ok)
		}
	}
}

func FuzzWindowsAnswers(f *testing.F) {
	f.Add(descriptor(17, true, "NVMe", "SAMSUNG", "", "0025_38B1."))
	f.Add(storageIDs(2, storageID(1, idNAA, 0, 24, 1, 2, 3, 4, 5, 6, 7, 8), storageID(1, idEUI64, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)))
	f.Add([]byte(`PCI\VEN_10DE&DEV_1F97&SUBSYS_508017AA&REV_A1`))
	f.Add([]byte(`\SystemRoot\System32\drivers\a.sys`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := parseStorageDevice(b); err == nil && len(d.Serial) > len(b) {
			t.Errorf("%+v", d)
		}
		if id := parseStorageIDs(b); id != "" && len(id) < 16 {
			t.Errorf("identifier %q", id)
		}
		if d := parseExtents(b); !slices.IsSorted(d) {
			t.Errorf("disks %v", d)
		}
		if p := parsePartition(b); p != "" && len(p) != 36 {
			t.Errorf("partition %q", p)
		}
		parseHotplug(b)
		s := string(b)
		if serial := diskSerial(s, s); serial != diskSerial(s, s) || strings.Contains(serial, "\x00") {
			t.Errorf("serial %q", serial)
		}
		if d, ok := parseWindowsPCI([]string{s}); ok && (len(d.vendor) != 4 || len(d.device) != 4) {
			t.Errorf("%+v", d)
		}
		imagePath(s, s, s)
		steadyName(s)
		programLabel(programName(clean(s), s), s, s)
		for _, kind := range []uint32{RegistryText, RegistryTexts, RegistryNumber, RegistryLong} {
			v := RegistryValue{kind, b}
			if v.Text() != clean(v.Text()) {
				t.Errorf("text %q is not clean", v.Text())
			}
			v.Texts()
			v.Number()
		}
	})
}
