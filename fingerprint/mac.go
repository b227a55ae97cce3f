package fingerprint

import "net"

// parseMAC reads six bytes in any usual form.
func parseMAC(s string) ([]byte, bool) {
	m, err := net.ParseMAC(s)
	return m, err == nil && len(m) == 6
}
