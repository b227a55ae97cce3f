package server

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/seed-1feef0b2/holdfast/api"
)

// digestOf stands in for the client's keyed digest.
func digestOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:16])
}

// Computer is a snapshot in the making: kind → values; "?" is unreadable, "-"
// a placeholder, and a kind that is missing is absent.
type Computer map[string][]string

func Laptop() Computer {
	return Computer{
		"install-id": {"i1"}, "os-release": {"12"}, "kernel": {"6.1"}, "root-fs": {"r1"},
		"firmware": {"1.0"}, "secure-boot": {"on"},
		"system-uuid": {"u1"}, "system-serial": {"s1"}, "board-serial": {"b1"},
		"system-model": {"m"}, "board-model": {"bm"}, "chassis-type": {"10"},
		"cpu": {"c"}, "memory": {"16"}, "boot-disk": {"d1"}, "boot-disk-model": {"dm"}, "disk": {"d1", "d2"},
		"network-card": {"n1", "n2"}, "gpu": {"g1"}, "pci": {"p1", "p2"},
		"gpu-driver": {"550"}, "module": {"a"}, "package": {"x", "y", "z"},
	}
}

// With returns a copy with some kinds replaced: "kind", values …
func (c Computer) With(kind string, values ...string) Computer {
	out := Computer{}
	for k, v := range c {
		out[k] = v
	}
	out[kind] = values
	return out
}

func (c Computer) Snapshot() api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	for _, k := range Required("linux") {
		values := c[k]
		if len(values) == 0 {
			s.Components = append(s.Components, api.Component{Class: kinds[k].class, Kind: k, State: api.StateAbsent})
		}
		for _, v := range values {
			s.Components = append(s.Components, component(k, v))
		}
	}
	sortComponents(s.Components)
	return s
}

func component(kind, value string) api.Component {
	c := api.Component{Class: kinds[kind].class, Kind: kind, State: api.StatePresent}
	switch value {
	case "?":
		c.State = api.StateUnreadable
	case "-":
		c.State = api.StatePlaceholder
	default:
		c.Digest = digestOf(kind + "=" + value)
	}
	return c
}
