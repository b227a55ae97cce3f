package linear

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// triesIn is one request of the histories about answers.
type triesIn struct {
	Now    int64
	Device int
	Right  bool
	// Asked is a check-in that asks for a code; New says that another challenge
	// was shown than before, by what the client saw.
	Asked, New bool
}

// triesOf is one computer as the rules of answering see it.
type triesOf struct {
	State    string // of its challenge
	Failures int    // of its challenge
	Streak   int
	Next     int64
	Times    []int64 // of wrong codes
	Active   bool    // once
}

// triesState is an account: its computers, and the wrong codes of those that
// never were active.
type triesState struct {
	Devices   []triesOf
	Strangers []int64
}

const daySeconds = 24 * 60 * 60

func recent(times []int64, now int64) []int64 {
	return slices.DeleteFunc(slices.Clone(times), func(t int64) bool { return t <= now-daySeconds })
}

func (s triesState) paused(d triesOf, now int64) int64 {
	times := recent(d.Times, now)
	if !d.Active {
		times = recent(s.Strangers, now)
	}
	if len(times) < 10 {
		return 0
	}
	return times[len(times)-1] + daySeconds
}

// step is docs/parameters.md in a few lines: five wrong codes close a challenge,
// the fourth in a row and every later one delay the next, ten in a day pause
// their source, a right one counts once.
func (s triesState) step(in triesIn, out told) (bool, triesState) {
	s.Devices = slices.Clone(s.Devices)
	d := &s.Devices[in.Device]
	if out.Code == api.CodeBusy {
		return true, s
	}
	if in.Asked {
		return s.asked(d, in)
	}
	want := told{Tries: -1}
	switch until := s.paused(*d, in.Now); {
	case d.State == api.ChallengeConsumed:
		want.Code = api.CodeUsed
	case d.State == api.ChallengeLocked:
		want.Code, want.Wait = api.CodeChallengeLocked, max(until, d.Next, in.Now)-in.Now
	case until > in.Now:
		want.Code, want.Wait = api.CodeChallengeLocked, until-in.Now
	case d.Next > in.Now:
		want.Code, want.Wait = api.CodeTryWait, d.Next-in.Now
	case in.Right:
		d.State, d.Streak, d.Next, d.Active = api.ChallengeConsumed, 0, 0, true
	default:
		want = s.wrong(d, in.Now)
	}
	return out == want, s
}

func (s *triesState) wrong(d *triesOf, now int64) told {
	d.Streak++
	d.Times = append(recent(d.Times, now), now)
	if !d.Active {
		s.Strangers = append(recent(s.Strangers, now), now)
	}
	if d.Streak >= 4 {
		d.Next = now + min(int64(30)<<(d.Streak-4), 3600)
	}
	d.Failures++
	want := told{Code: api.CodeWrong, Tries: max(5-d.Failures, 0)}
	if d.Failures >= 5 {
		d.State = api.ChallengeLocked
	}
	want.Wait = max(d.Next-now, 0)
	return want
}

// asked opens another challenge where the last one is over and its source is not
// paused, with its own count at nought.
func (s triesState) asked(d *triesOf, in triesIn) (bool, triesState) {
	opens := d.State == api.ChallengeConsumed || d.State == api.ChallengeLocked && s.paused(*d, in.Now) <= in.Now
	if opens {
		d.State, d.Failures = api.ChallengeOpen, 0
	}
	return opens == in.New, s
}

func triesModel(devices int) porcupine.Model {
	start := triesState{Devices: make([]triesOf, devices)}
	for i := range start.Devices {
		start.Devices[i] = triesOf{State: api.ChallengeOpen, Active: i == 0}
	}
	return spec(start, triesState.step)
}

// triesHistory is an account's: its own computer, changed, and two that never
// were active; clients type right and wrong codes for any of them, all at once.
// Between the rounds time passes, and computers ask again.
func (r *rig) triesHistory(clients, rounds int) *record {
	r.t.Helper()
	owner := r.active()
	owner.Disk = "d2"
	if _, reply, err := owner.CheckIn(ctx, false); err != nil || reply.Err() != nil {
		r.t.Fatal(reply.Err(), err)
	}
	devices := []*fastclient.Device{
		owner, r.joined(owner.Email, (*fastclient.Device).Enrol), r.joined(owner.Email, (*fastclient.Device).Enrol),
	}
	h, began, disks := newRecord(), r.now(), 2
	for range rounds {
		r.mail()
		together(clients, func(client int) {
			in := triesIn{Now: r.now(), Device: rand.IntN(len(devices))}
			d := r.through(devices[in.Device])
			right := r.codes[d.Challenge.Reference]
			typed := code.WithCheck(fmt.Sprintf("ZZZZ%04d", rand.IntN(10_000)))
			if in.Right = right != "" && rand.IntN(8) == 0; in.Right {
				typed = right
			}
			h.did(client, in, func() any { return r.told(d.Send(ctx, d.AnswerCall(typed))) })
		})
		// Short enough for the codes to live, long enough for a delay to end.
		passes := []time.Duration{0, 30 * time.Second, time.Minute, 2 * time.Minute}
		if r.now()-began < 40*60 {
			r.clock.Pass(passes[rand.IntN(len(passes))])
		}
		r.askAgain(h, devices, &disks)
	}
	return h
}

// askAgain lets computers whose challenge is over ask for another code.
func (r *rig) askAgain(h *record, devices []*fastclient.Device, disks *int) {
	for i, d := range devices {
		if rand.IntN(2) == 0 {
			continue
		}
		was := d.Challenge.Reference
		if i == 0 && rand.IntN(2) == 0 {
			was = r.ownerChanges(d, disks)
			if was == "" {
				continue
			}
		} else if st, _, err := d.Look(ctx); err != nil || st.State == api.DeviceActivated {
			continue
		}
		in := triesIn{Now: r.now(), Device: i, Asked: true}
		call := time.Since(h.begun).Nanoseconds()
		_, reply, err := d.CheckIn(ctx, false)
		in.New = d.Challenge.Reference != was
		h.ops = append(h.ops, porcupine.Operation{
			Input: in, Call: call, Output: r.told(reply, err), Return: time.Since(h.begun).Nanoseconds(),
		})
	}
}

// ownerChanges puts a disk in that the owner's computer never had, once it is
// active again; it gives the reference before, or nothing.
func (r *rig) ownerChanges(d *fastclient.Device, disks *int) string {
	if st, _, err := d.Look(ctx); err != nil || st.State != api.DeviceActivated {
		return ""
	}
	*disks++
	d.Disk = fmt.Sprint("d", *disks)
	return d.Challenge.Reference
}
