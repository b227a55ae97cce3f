package fingerprint

import (
	"bytes"
	"encoding/hex"
)

// bridgeAddress begins the address of the network between a Mac and its own T2,
// the same on all of them.
var bridgeAddress = []byte{0xac, 0xde, 0x48}

// macNetworkCards reads the addresses that built-in cards were made with, from
// the controllers. What getifaddrs tells is the address in use, which a private
// Wi-Fi address changes. Wireless cards of newer systems are no such
// controllers; there the entries that have an address serve.
func macNetworkCards(r *reader) []Component {
	const kind = "network-card"
	lack := lacking(kind, Absent, "not-there")
	var out []Component
	for _, q := range []IOQuery{ioCards, ioAddresses} {
		list, err := r.ioreg(q)
		if err != nil {
			return []Component{macFailed(kind, err)}
		}
		seen := map[string]bool{}
		for _, e := range list {
			if !builtIn(e) {
				continue
			}
			addr := e.bytes("IOMACAddress")
			reason := r.rules.MAC(addr)
			if reason == "" && bytes.HasPrefix(addr, bridgeAddress) {
				reason = "placeholder"
			}
			if reason != "" {
				lack = lacking(kind, Placeholder, reason)
				continue
			}
			if a := hex.EncodeToString(addr); !seen[a] {
				seen[a] = true
				out = append(out, identifier(kind, a, macCardLabel(e)))
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return []Component{lack}
}

// builtIn says whether a card is part of the Mac: the interface on it says so,
// and it is not reached through Thunderbolt.
func builtIn(e ioEntry) bool {
	return e.any(func(e ioEntry) bool { return e.yes("IOBuiltin") }) && !e.yes("IOPCITunnelled")
}

// macCardLabel names a card by its sort and its driver.
func macCardLabel(e ioEntry) string {
	sort := "Ethernet"
	if e.any(func(e ioEntry) bool {
		return e.props["IO80211Locale"] != nil || e.text("IOInterfaceType") == "wifi" || e.props["IO80211CountryCode"] != nil
	}) {
		sort = "Wi-Fi"
	}
	return join(" ", sort, e.text("IOModel"), e.text("IOObjectClass"))
}
