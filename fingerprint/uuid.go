package fingerprint

import (
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
