package fastclient

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// laptop is a plain Linux laptop: every kind that a server wants to hear of,
// with its class and its values; no value is an absent component.
const laptop = `driver gpu-driver 550
driver module a b
firmware firmware 1.0
firmware secure-boot on
hardware board-model bm
hardware board-serial b1
hardware boot-disk DISK
hardware boot-disk-model dm
hardware chassis-type 10
hardware cpu c
hardware disk DISK d2
hardware gpu g1
hardware hypervisor
hardware memory 16
hardware memory-module m1
hardware network-card n1 n2
hardware pci p1 p2
hardware system-model m
hardware system-serial s1
hardware system-uuid u1
hardware tpm
os install-id i1
os kernel 6.1
os os-release 12
os root-fs r1
sysapp package x y z
sysapp security-agent`

// Snapshot is what that laptop reports with a boot disk, in canonical order.
func Snapshot(disk string) api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	for line := range strings.Lines(strings.ReplaceAll(laptop, "DISK", disk)) {
		f := strings.Fields(line)
		if len(f) == 2 {
			s.Components = append(s.Components, api.Component{Class: f[0], Kind: f[1], State: api.StateAbsent})
		}
		for _, value := range f[2:] {
			sum := sha256.Sum256([]byte(f[1] + "=" + value))
			s.Components = append(s.Components, api.Component{
				Class: f[0], Kind: f[1], State: api.StatePresent, Digest: hex.EncodeToString(sum[:16]),
			})
		}
	}
	slices.SortFunc(s.Components, func(a, b api.Component) int {
		return strings.Compare(order(a), order(b))
	})
	return s
}

func order(c api.Component) string {
	return fmt.Sprintf("%s\x00%s\x00%s", c.Class, c.Kind, c.Digest)
}

// Packages adds n packages to a snapshot, for computers of a real one's size.
func Packages(s api.Snapshot, n int) api.Snapshot {
	s.Components = slices.Clone(s.Components)
	for i := range n {
		sum := sha256.Sum256(fmt.Appendf(nil, "package %d", i))
		s.Components = append(s.Components, api.Component{
			Class: "sysapp", Kind: "package", State: api.StatePresent, Digest: hex.EncodeToString(sum[:16]),
		})
	}
	slices.SortFunc(s.Components, func(a, b api.Component) int { return strings.Compare(order(a), order(b)) })
	return s
}
