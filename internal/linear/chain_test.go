package linear

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// link is a check-in's chain pair.
type link struct{ Prev, Next string }

// chainState is what the server keeps of a chain.
type chainState struct {
	Current string
	Last    link
	Frozen  bool
}

// step is the chain's rule: the current value moves it, the last pair once more
// changes nothing, anything else is a fork, for good.
func (s chainState) step(in link, state string) (bool, chainState) {
	switch {
	case state == api.CodeBusy:
		return true, s
	case s.Frozen:
	case in.Prev == s.Current:
		s.Current, s.Last = in.Next, in
	case in != s.Last:
		s.Frozen = true
	}
	want := api.DeviceActivated
	if s.Frozen {
		want = api.DeviceFrozen
	}
	return state == want, s
}

func chainModel(start string) porcupine.Model {
	return spec(chainState{Current: start}, chainState.step)
}

// chainHistory lets copies of one computer check in at once: most repeat one
// pair, as after a lost answer, and one in so many goes its own way.
func (r *rig) chainHistory(clients, rounds, stray int) (*record, string) {
	r.t.Helper()
	d := r.active()
	h, start, at := newRecord(), d.Prev, d.Prev
	for range rounds {
		pair := link{at, fastclient.Random(16)}
		together(clients, func(client int) {
			in, d := pair, r.through(d)
			if rand.IntN(stray) == 0 {
				in.Next = fastclient.Random(16)
			}
			h.did(client, in, func() any { return r.linked(d, in) })
		})
		at = pair.Next
	}
	return h, start
}

// linked gives the state that a check-in was answered with.
func (r *rig) linked(d *fastclient.Device, in link) string {
	reply, err := d.Send(ctx, fastclient.Call{
		Method: http.MethodPost, Path: d.Path(api.RouteCheckIns, ""), Body: d.Report(in.Prev, in.Next, false),
	})
	if err != nil || reply.Err() != nil {
		return fmt.Sprint(reply.Code, err)
	}
	var out api.DeviceReply
	if err := json.Unmarshal(reply.Body, &out); err != nil {
		r.t.Error(err)
	}
	return out.State
}
