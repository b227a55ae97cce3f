package httpapi

import (
	"fmt"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// manyComponents are components as a computer reports them: a few of the hardware, the
// rest installed packages.
func manyComponents(n int) []api.Component {
	list := make([]api.Component, n)
	for i := range list {
		c := api.Component{Class: "hardware", Kind: "memory-module", Place: fmt.Sprintf("slot %d", i), State: api.StatePresent}
		if i >= 32 {
			c.Class, c.Kind, c.Place = "sysapp", "package", fmt.Sprintf("lib-of-a-kind-%d", i)
		}
		c.Digest = fmt.Sprintf("%032x", i*7919)
		list[i] = c
	}
	return list
}

func checkInOf(n int) api.CheckInRequest {
	return api.CheckInRequest{
		Snapshot: api.Snapshot{Schema: 1, Platform: "linux", Components: manyComponents(n)},
		Prev:     hex32, Next: hex32, PolicyVersion: 3, RulesVersion: 2,
	}
}

// BenchmarkDecode reads check-ins of a computer with 33 components and with 1,000 packages.
func BenchmarkDecode(b *testing.B) {
	a := plainAPI(b)
	for _, n := range []int{33, 1000} {
		body := []byte(asJSON(b, checkInOf(n)))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				var r api.CheckInRequest
				if err := a.decode.decode(body, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
