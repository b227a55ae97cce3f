package rules

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
)

// id reads an identifier as people write it.
func id(t testing.TB, s string) [16]byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(s, "{}"), "-", ""))
	if err != nil || len(b) != 16 {
		t.Fatalf("%q is no UUID", s)
	}
	return [16]byte(b)
}

func TestPlaceholderSerials(t *testing.T) {
	for _, s := range []string{
		"", "0", "123", "0000000000", "FFFFFFFF", "xxxxxxxx", "--------", "........", "********", "    ",
		"To Be Filled By O.E.M.", "to be filled by o.e.m.", "ToBeFilledByOEM", "Fill By OEM", "Default string", "DefaultString",
		"$(DEFAULT_STRING)", "Not Specified", "Not Applicable", "Not Available", "None", "No Asset Tag", "N/A", "NA", "null", "(null)",
		"Empty", "Unknow", "Unknown", "Undefined", "INVALID", "OEM", "O.E.M.", "OEM_Serial", "Standard",
		"System Serial Number", "System manufacturer", "SystemSerialNumb", "Base Board Serial Number", "Main Board Serial Number",
		"MB-1234567890", "SYS-1234567890", "Sys-9876543210", "SN-12345", "Chassis Serial Number", "Type2 - Board Serial Number",
		"Asset Tag", "Asset-1234567890", "SerNum0", "Serial Number", "PartNum0", "Manufacturer00", "ModulePartNumber00",
		"Array1_PartNumber0", "A1_SerNum0", "[Empty]", "nnnnnnnn", "eval", "IATPASS", "<OUT OF SPEC>", "INSYDE", "All Series", "SKU", "BSN12345678901234567",
		"123456789", "1234567890", "0123456789", "0123456789ABCDEF", "12345678", "abcdef", "1-2-1-2", "AABBAABB",
	} {
		if !Default().Serial(strings.TrimSpace(s)) {
			t.Errorf("%q was taken for a serial number", s)
		}
	}
}

func TestRealSerials(t *testing.T) {
	for _, s := range []string{
		"9HFXKT3", "/9HFXKT3/CNCMK0009I0041/", "S4GENX0R412873", "WD-WXB2A51K7J08", "PF1ABC2D", "C02XK0AAJGH5", "5CD9123ABC",
		"OM211S023894", "Z1E8R4T5", "MP17NXTL", "NOXA1234", "TYPHOON-77A1", "EVALX991", "190234", "VMware-56 4d 12 88 1f 90 aa 03-77 21 6e 0b 5c 4d 99 e1",
	} {
		if Default().Serial(strings.TrimSpace(s)) {
			t.Errorf("%q was taken for a placeholder", s)
		}
	}
}

func TestModelsAreNotSerials(t *testing.T) {
	for _, s := range []string{"X1", "Insyde", "INSYDE Corp.", "All-in-One 22", "H61", "1.0", "DIMM A1", "Latitude 5511", "20Q5S0AB00", "B450M Pro4", "V7"} {
		if Default().Text(s) {
			t.Errorf("model %q was taken for a placeholder", s)
		}
	}
	for _, s := range []string{"System Product Name", "Base Board Product Name", "System manufacturer", "To be filled by O.E.M.", "Default string", "", "0", "xxx", "[Empty]", "A1_PartNum0", "A1_Manufacturer1", "Mfg 0", "SODIMM000", "0x0000", "SKU1", "All", "0001", "xxx123x#ABA", "S26361-Kxxx-Vyyy", "Unspecified"} {
		if !Default().Text(s) {
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
		if Default().UUID(id(t, s)) == "" {
			t.Errorf("%s was taken for a computer's own id", s)
		}
	}
}

func TestRealUUIDs(t *testing.T) {
	for _, s := range []string{
		"4c4c4544-0048-4610-8058-b9c04f4b5433", "4C4C4544004846108058B9C04F4B5433", "{00d8f1b4-6c3e-11eb-8000-3cecef5a90c2}",
		"03d40274-0435-05dc-ba06-830700080009", "564d1288-1f90-aa03-7721-6e0b5c4d99e1",
	} {
		if Default().UUID(id(t, s)) != "" {
			t.Errorf("%s was refused", s)
		}
	}
}

func TestTemplateUUIDHoldsTheAddress(t *testing.T) {
	for _, s := range []string{"03d40274-0435-05dc-ba06-830700080009", "7402d403-3504-dc05-ba06-830700080009"} {
		mac, ok := Default().UUIDAddress(id(t, s))
		if !ok || mac != [6]byte{0x74, 0xd4, 0x35, 0xdc, 0xba, 0x83} {
			t.Errorf("%s: %x %v", s, mac, ok)
		}
	}
	if _, ok := Default().UUIDAddress([16]byte{1, 2, 3}); ok {
		t.Error("any id was taken for the template")
	}
}

func TestDellUUIDHoldsTheTag(t *testing.T) {
	if tag, ok := Default().UUIDTag(id(t, "4c4c4544-0048-4610-8058-b9c04f4b5433")); !ok || tag != "9HFXKT3" {
		t.Errorf("tag %q %v", tag, ok)
	}
}

func TestAddresses(t *testing.T) {
	bad := []string{
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:42:ac:11:00:02", "52:54:00:6b:3c:58",
		"00:50:56:c0:00:01", "0a:00:27:00:00:0e", "02:00:4e:43:50:49", "02:80:37:ec:02:00", "00:15:5d:01:02:03", "44:45:53:54:42:00",
		"20:41:53:59:4e:ff", "50:50:54:50:30:30", "33:50:6f:45:30:30", "00:00:00:00:00:01", "88:88:88:88:87:88",
	}
	for _, s := range bad {
		m, err := net.ParseMAC(s)
		if err != nil || Default().MAC(m) == "" {
			t.Errorf("%s was taken for a card's own address", s)
		}
	}
	for _, s := range []string{"3c:58:c2:4e:91:a7", "8c:04:ba:37:d2:5e", "00:50:56:9a:11:22", "a0:36:9f:b1:47:e8"} {
		m, err := net.ParseMAC(s)
		if err != nil || Default().MAC(m) != "" {
			t.Errorf("%s was refused", s)
		}
	}
	if Default().MAC(nil) == "" {
		t.Error("no address at all was accepted")
	}
}
