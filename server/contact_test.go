package server

import (
	"net/netip"
	"testing"
)

func TestMaskedAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"kim@mail.example.org": "k•••@m•••.org", "k@localhost": "k•••@l•••", "kim@example.org": "k•••@e•••.org",
	} {
		if got := maskEmail(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		" Kim.Lee+x@Example.ORG ": "Kim.Lee+x@example.org",
		"a@localhost":             "a@localhost",
	} {
		if got, err := checkEmail(in); err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
	for _, in := range []string{"", "@", "a@", "@b.org", "a@b@c.org", "a b@c.org", "a@b..org", `"a"@b.org`, "a@[127.0.0.1]", "a@b.org\n", "ü@b.org", "a@b", "a@b.org;c@d.org", "a..b@c.org"} {
		if got, err := checkEmail(in); err == nil {
			t.Errorf("%q passes as %q", in, got)
		}
	}
}

func TestSources(t *testing.T) {
	for in, want := range map[string][2]string{
		"203.0.113.7":          {"203.0.113.7", "203.0.113.0/24"},
		"::ffff:203.0.113.7":   {"203.0.113.7", "203.0.113.0/24"},
		"2001:db8:1:2:3:4:5:6": {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"fe80::1%eth0":         {"fe80::/64", "fe80::/48"},
	} {
		ip := netip.MustParseAddr(in)
		if source(ip) != want[0] || place(ip) != want[1] {
			t.Errorf("%s: %s, %s", in, source(ip), place(ip))
		}
	}
	if source(netip.Addr{}) != "none" || place(netip.Addr{}) != "" {
		t.Error("no address")
	}
}
