package linear

import (
	"fmt"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// sum is how many histories of a kind were checked, and how many requests were
// in them.
type sum struct{ histories, requests int }

func (s *sum) check(t *testing.T, what string, m porcupine.Model, h *record) {
	t.Helper()
	s.histories++
	s.requests += len(h.ops)
	if !explained(t, m, h) {
		path := fmt.Sprintf("%s/%s-%d.html", t.TempDir(), what, s.histories)
		_, info := porcupine.CheckOperationsVerbose(m, h.ops, patience)
		if err := porcupine.VisualizePath(m, info, path); err != nil {
			t.Log(err)
		}
		t.Errorf("%s: no order explains history %d; see %s", what, s.histories, path)
		for _, op := range h.ops {
			t.Logf("%2d %9d–%9d %+v → %+v", op.ClientId, op.Call/1000, op.Return/1000, op.Input, op.Output)
		}
	}
}

// TestHistoriesAreLinearizable: on both databases, through two servers.
func TestHistoriesAreLinearizable(t *testing.T) {
	many := 1
	if full() {
		many = 40
	}
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		r := newRig(t, d, plain)
		var tries, chains, sends, signs sum
		for i := 0; i < many && !t.Failed(); i++ {
			tries.check(t, "answers", triesModel(3), r.triesHistory(8, 10))
			h, start := r.chainHistory(6, 6, 36)
			chains.check(t, "chains", chainModel(start), h)
			h, m := r.sendHistory(8)
			sends.check(t, "sends", m, h)
			if i%10 == 0 {
				h, m := r.signHistory(16, 2)
				signs.check(t, "sign-ins", m, h)
			}
		}
		fmt.Printf("%s: linearizable: %d histories of answers (%d requests), %d of chains (%d), %d of sends (%d), %d of sign-ins (%d)\n",
			d.Name, tries.histories, tries.requests, chains.histories, chains.requests, sends.histories, sends.requests, signs.histories, signs.requests)
	})
}
