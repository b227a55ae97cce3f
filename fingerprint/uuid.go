package fingerprint

import (
	"bytes"
	"encoding/hex"
	"strings"
)

type uuid [16]byte

// String gives the usual form, lower case.
func (u uuid) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// swapped gives the other byte order of the first three groups (SMBIOS 2.6 made
// them little-endian; some firmware and tools never noticed).
func (u uuid) swapped() uuid {
	return uuid{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]}
}

// parseUUID reads 32 hexadecimal digits with or without dashes and braces.
func parseUUID(s string) (uuid, bool) {
	var u uuid
	s = strings.ReplaceAll(strings.Trim(s, "{}"), "-", "")
	if len(s) != 32 {
		return u, false
	}
	_, err := hex.Decode(u[:], []byte(s))
	return u, err == nil
}

// placeholderUUIDs are ids that makers shipped on many computers. They are
// compared in both byte orders.
var placeholderUUIDs = func() map[uuid]bool {
	out := map[uuid]bool{}
	for _, s := range []string{
		"03000200-0400-0500-0006-000700080009",
		"00010203-0405-0607-0809-0a0b0c0d0e0f",
		"12345678-1234-5678-90ab-cddeefaabbcc",
		"12345678-1234-5678-1234-567812345678",
		"10000000-0000-8000-0040-000000000000",
		"6ab5b300-538d-1014-9fb5-b0684d007b53",
		"ffffff00-ffff-ffff-ffff-ffffffffffff",
		"deadbeef-dead-beef-dead-beefdeadbeef",
		"4c4c4544-0000-2010-8020-80c04f202020",
	} {
		u, ok := parseUUID(s)
		if !ok {
			panic("fingerprint: bad uuid " + s)
		}
		out[u], out[u.swapped()] = true, true
	}
	return out
}()

// rejectUUID gives the reason why an id is nobody's, or "".
func rejectUUID(u uuid) string {
	switch {
	case placeholderUUIDs[u], distinct(u[:]) < 3:
		return "placeholder"
	case bytes.HasPrefix(u[:], []byte{0xde, 0xad, 0xbe, 0xef}), bytes.HasPrefix(u[:], []byte{0xff, 0xff, 0xff, 0x00, 0xff, 0xff}):
		return "placeholder"
	}
	if tag, ok := dellTag(u); ok && strings.Trim(tag, "\x00 ") == "" {
		return "placeholder"
	}
	if mac, ok := templateMAC(u); ok && rejectMAC(mac[:]) != "" {
		return "placeholder"
	}
	return ""
}

// templateMAC takes the network address out of an id that AMI firmware made by
// its template 03aa02bb-04cc-05dd-ee06-ff0700080009 (address bb:aa:cc:dd:ee:ff).
func templateMAC(u uuid) ([6]byte, bool) {
	for _, v := range []uuid{u, u.swapped()} {
		if v[0] == 3 && v[2] == 2 && v[4] == 4 && v[6] == 5 && v[9] == 6 && v[11] == 7 &&
			v[12] == 0 && v[13] == 8 && v[14] == 0 && v[15] == 9 {
			return [6]byte{v[3], v[1], v[5], v[7], v[8], v[10]}, true
		}
	}
	return [6]byte{}, false
}

// dellTag takes the seven characters of the service tag out of a Dell id: after
// "DELL" the bytes 00 2 3 10 80 4 (1 with its top bit set) c0 4f 5 6 7, where
// each digit stands for a character of the tag.
func dellTag(u uuid) (string, bool) {
	if u[0] != 0x4c || u[1] != 0x4c || u[2] != 0x45 || u[3] != 0x44 || u[12] != 0x4f {
		return "", false
	}
	return string([]byte{u[10] & 0x7f, u[5], u[6], u[9], u[13], u[14], u[15]}), true
}

func distinct(b []byte) int {
	var seen [256]bool
	n := 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}
