package fingerprint

import (
	"bytes"
	"net"
)

// virtualMACs are prefixes and whole addresses that software gives to cards
// that are not there.
var virtualMACs = [][]byte{
	{0x00, 0x50, 0x56, 0xc0, 0x00},       // VMware's host adapters
	{0x0a, 0x00, 0x27},                   // VirtualBox's host adapters
	{0x02, 0x00, 0x4e, 0x43, 0x50, 0x49}, // a Windows loopback
	{0x02, 0x80, 0x37, 0xec, 0x02, 0x00}, // a cellular modem's default
	{0x00, 0x15, 0x5d},                   // Hyper-V switches
	{0x44, 0x45, 0x53, 0x54},             // "DEST", dial-up adapters
	{0x20, 0x41, 0x53, 0x59, 0x4e, 0xff}, // " ASYN"
	{0x50, 0x50, 0x54, 0x50, 0x30, 0x30}, // "PPTP00"
	{0x33, 0x50, 0x6f, 0x45, 0x30, 0x30}, // "3PoE00"
}

// rejectMAC gives the reason why an address is no card's own, or "".
func rejectMAC(b []byte) string {
	if len(b) != 6 {
		return "not-an-address"
	}
	if b[0]&1 != 0 || b[0]&2 != 0 || mostCommon(b) >= 5 {
		return "placeholder"
	}
	for _, p := range virtualMACs {
		if bytes.HasPrefix(b, p) {
			return "placeholder"
		}
	}
	return ""
}

// parseMAC reads six bytes in any usual form.
func parseMAC(s string) ([]byte, bool) {
	m, err := net.ParseMAC(s)
	return m, err == nil && len(m) == 6
}

func mostCommon(b []byte) int {
	var n [256]int
	most := 0
	for _, c := range b {
		n[c]++
		most = max(most, n[c])
	}
	return most
}
