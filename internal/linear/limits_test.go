package linear

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// sendIn asks for a code once more, on one of an account's computers.
type sendIn struct {
	Now    int64
	Device int
}

// sendState is what an address was sent, by whom, and when each computer asked.
type sendState struct {
	All, Strangers []int64
	Asked          []int64 // by computer; the first one was active once
}

func within(times []int64, now, seconds int64, most int) bool {
	n := 0
	for _, t := range times {
		if t > now-seconds {
			n++
		}
	}
	return n < most
}

// step: a minute between two messages of a challenge that still waits to be sent;
// five in an hour and ten in a day to an address, of which new computers may use
// three and five.
func (s sendState) step(in sendIn, out told) (bool, sendState) {
	if out.Code == api.CodeBusy {
		return true, s
	}
	stranger := in.Device > 0
	may := in.Now >= s.Asked[in.Device]+60 && within(s.All, in.Now, 3600, 5) && within(s.All, in.Now, daySeconds, 10) &&
		(!stranger || within(s.Strangers, in.Now, 3600, 3) && within(s.Strangers, in.Now, daySeconds, 5))
	if !may {
		return out.Code == api.CodeSendWait && out.Wait > 0, s
	}
	s.All, s.Asked = append(slices.Clone(s.All), in.Now), slices.Clone(s.Asked)
	s.Asked[in.Device] = in.Now
	if stranger {
		s.Strangers = append(slices.Clone(s.Strangers), in.Now)
	}
	return out.Code == "", s
}

// sendHistory lets two copies of each of an account's four computers ask for
// their code again at once, while no message is handed over.
func (r *rig) sendHistory(rounds int) (*record, porcupine.Model) {
	r.t.Helper()
	owner := r.active()
	// A day later the address has all its sends again.
	r.clock.Pass(25 * time.Hour)
	owner.Disk = "d2"
	start := sendState{Asked: make([]int64, 4)}
	devices := []*fastclient.Device{owner}
	if _, reply, err := owner.CheckIn(ctx, false); err != nil || reply.Err() != nil {
		r.t.Fatal(reply.Err(), err)
	}
	for len(devices) < len(start.Asked) {
		devices = append(devices, r.joined(owner.Email, (*fastclient.Device).Enrol))
	}
	for i, d := range devices {
		if len(d.Challenge.Deliveries) == 0 {
			continue
		}
		start.Asked[i] = r.now()
		start.All = append(start.All, r.now())
		if i > 0 {
			start.Strangers = append(start.Strangers, r.now())
		}
	}
	h := newRecord()
	for range rounds {
		passes := []time.Duration{30 * time.Second, time.Minute, 20 * time.Minute, 61 * time.Minute}
		r.clock.Pass(passes[rand.IntN(len(passes))])
		together(2*len(devices), func(client int) {
			in := sendIn{Now: r.now(), Device: client % len(devices)}
			d := r.through(devices[in.Device])
			h.did(client, in, func() any {
				return r.told(d.Send(ctx, fastclient.Call{
					Method: http.MethodPost, Path: d.Path(api.RouteDeliveries, d.Challenge.Reference), Body: api.DeliveryRequest{},
				}))
			})
		})
	}
	return h, spec(start, sendState.step)
}

// signState counts sign-ins with a password, from here and to the account.
type signState struct{ From, To []int64 }

// step: ten in an hour to an account, thirty from an address, right or wrong; one
// that the address may no longer make does not count against the account.
func (s signState) step(now int64, out told) (bool, signState) {
	switch {
	case out.Code == api.CodeBusy:
		return true, s
	case !within(s.From, now, 3600, 30):
		return out.Code == api.CodeTooMany, s
	}
	s.From = append(slices.Clone(s.From), now)
	if !within(s.To, now, 3600, 10) {
		return out.Code == api.CodeTooMany, s
	}
	s.To = append(slices.Clone(s.To), now)
	return out.Code == api.CodeSignIn, s
}

// signHistory tries wrong passwords at once. An hour before it nobody did.
func (r *rig) signHistory(clients, rounds int) (*record, porcupine.Model) {
	r.t.Helper()
	owner := r.active()
	r.clock.Pass(2 * time.Hour)
	h := newRecord()
	for range rounds {
		together(clients, func(client int) {
			d, err := fastclient.New(r.servers[client%len(r.servers)], owner.Email)
			if err != nil {
				r.t.Error(err)
				return
			}
			body := api.EnrolRequest{Login: d.Email, Password: "not the password at all", Device: d.NewDevice()}
			h.did(client, r.now(), func() any {
				return r.told(d.Send(ctx, fastclient.Call{Method: http.MethodPost, Path: api.RouteDevices, Body: body}))
			})
		})
		r.clock.Pass(40 * time.Minute)
	}
	return h, spec(signState{}, signState.step)
}
