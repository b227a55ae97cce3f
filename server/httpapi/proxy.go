package httpapi

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is the caller's: whoever connected, or, where that is one of the operator's
// own proxies, the last entry of X-Forwarded-For that is not one of them. Everything
// before that entry is hearsay, and so is the whole field from anybody else. Where a
// proxy wrote something that is no address the caller is unknown (::).
func (a *API) address(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip := parseAddress(host)
	if !a.trusted(ip) {
		return ip
	}
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, entry := range slices.Backward(entries) {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			break
		}
		if ip = parseAddress(entry); !a.trusted(ip) {
			break
		}
	}
	return ip
}

func (a *API) trusted(ip netip.Addr) bool {
	return slices.ContainsFunc(a.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// parseAddress gives :: for what is no address.
func parseAddress(s string) netip.Addr {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return ip.Unmap().WithZone("")
}
