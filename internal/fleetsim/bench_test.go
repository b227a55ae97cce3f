package fleetsim

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// BenchmarkYear is one computer's year under each policy.
func BenchmarkYear(b *testing.B) {
	in := input(b)
	bases, err := Bases(in, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	base := bases["laptop"]
	for _, policy := range Policies {
		b.Run(policy, func(b *testing.B) {
			by := newJudge(&in, newShape(&base), policy)
			p := newPlan(&in, policy == api.Managed)
			t := newTally(in.Fleet[0], policy)
			for b.Loop() {
				id := uint64(t.Computers)
				t.life(p, newComputer(&in, by.shape, in.Fleet[0], 1, id, id, 0), by)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/t.Years, "µs/year")
			b.ReportMetric(float64(len(by.seen)), "remembered")
		})
	}
}
