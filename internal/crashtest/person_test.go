package crashtest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

// ledger is what the server acknowledged to all people, and what was wrong.
type ledger struct {
	registered, enrolled, checkedIn, answered, wrong atomic.Int64
	// accepted counts answers that were taken, asked those that raced for it.
	accepted, asked, late atomic.Int64
	lost                  atomic.Int64 // attempts whose answer never came
	limited               atomic.Int64 // registrations and enrolments that were one attempt too many
	mu                    sync.Mutex
	faults                []string
	owners                []*owned
}

// owned is a computer with everything that was acknowledged about it.
type owned struct {
	*fastclient.Device
	share string
	// used are the challenges whose code was taken, with the code.
	used []usedCode
	// told are the references of all challenges that the person was shown.
	told map[string]bool
}

type usedCode struct{ reference, code string }

func (l *ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

func (l *ledger) steps() int64 {
	return l.registered.Load() + l.enrolled.Load() + l.checkedIn.Load() + l.answered.Load() + l.wrong.Load()
}

// person lives until stop closes: accounts one after the other, each with two
// computers. What was begun is finished under ctx.
type person struct {
	r    *rig
	l    *ledger
	ctx  context.Context //nolint:containedctx // a person's whole life
	stop <-chan struct{}
	name string
	// codes is how long to wait for a mail: a lease and then some.
	codes time.Duration
}

func (p *person) live() {
	for n := 0; !p.done(); n++ {
		before := p.l.limited.Load()
		if !p.account(fmt.Sprintf("%s.%d@example.org", p.name, n), fmt.Sprintf("10.%d.%d.%d", n/250, n%250, p.number())) &&
			p.l.limited.Load() == before {
			return
		}
	}
}

func (p *person) number() int {
	n := 0
	_, _ = fmt.Sscanf(p.name, "p%d", &n)
	return n%250 + 1
}

func (p *person) done() bool {
	select {
	case <-p.stop:
		return true
	default:
		return p.ctx.Err() != nil
	}
}

// account is one account's life, as far as the limits of its address allow: a
// code for the first computer, two changes of it, a second computer.
func (p *person) account(email, source string) bool {
	first := p.join(email, source, (*fastclient.Device).Register)
	if first == nil {
		return false
	}
	p.l.registered.Add(1)
	if !p.answer(first) {
		return false
	}
	for i := range 2 {
		if p.done() {
			return true
		}
		if !p.checkIns(first) || !p.change(first, fmt.Sprint("disk ", i)) {
			return false
		}
	}
	if p.done() {
		return true
	}
	second := p.join(email, source, (*fastclient.Device).Enrol)
	if second == nil {
		return false
	}
	p.l.enrolled.Add(1)
	return p.answer(second) && p.checkIns(second) && p.checkIns(first)
}

type joining = func(*fastclient.Device, context.Context) (fastclient.Reply, error)

func (p *person) join(email, source string, how joining) *owned {
	d, err := fastclient.New(p.r.to, email)
	if err != nil {
		p.l.fault("%s: %v", email, err)
		return nil
	}
	d.Source = source
	reply, err := how(d, p.ctx)
	if reply.Code == api.CodeTooMany { // every attempt counts, and many had no answer
		p.l.limited.Add(1)
		return nil
	}
	if err != nil || reply.Err() != nil {
		p.l.fault("%s: joining: %v %v", email, reply.Err(), err)
		return nil
	}
	o := &owned{Device: d, told: map[string]bool{d.Challenge.Reference: true}}
	p.l.mu.Lock()
	p.l.owners = append(p.l.owners, o)
	p.l.mu.Unlock()
	return o
}

// checkIns reports the computer unchanged, three times. A chain that the server
// forgot would be a fork.
func (p *person) checkIns(o *owned) bool {
	for range 3 {
		st, reply, err := o.CheckIn(p.ctx, false)
		if err != nil || st.State != api.DeviceActivated {
			p.l.fault("%s: check-in: %q %s %s %v", o.Email, st.State, reply.Code, o.Challenge.Reason, err)
			return false
		}
		p.l.checkedIn.Add(1)
	}
	return true
}

// change puts another disk in: a code is asked for, and typed.
func (p *person) change(o *owned, disk string) bool {
	o.Disk = disk
	st, reply, err := o.CheckIn(p.ctx, false)
	if err != nil || st.State != api.DeviceLimited || st.Challenge == nil || st.Challenge.Reason != api.ReasonChanged {
		p.l.fault("%s: changed: %q %s %v", o.Email, st.State, reply.Code, err)
		return false
	}
	o.told[st.Challenge.Reference] = true
	p.l.checkedIn.Add(1)
	return p.answer(o)
}

// answer waits for the code, types a wrong one first now and then, and then the
// right one three times at once, each time as a request of its own.
func (p *person) answer(o *owned) bool {
	right, ok := p.r.sink.Code(o.Email, o.Challenge.Reference, p.codes)
	if !ok {
		p.l.fault("%s: no code for %s came", o.Email, o.Challenge.Reference)
		return false
	}
	if len(o.told)%2 == 0 && !p.wrongly(o, right) {
		return false
	}
	const racers = 3
	replies := make([]fastclient.Reply, racers)
	var wg sync.WaitGroup
	for i := range replies {
		call := o.AnswerCall(right)
		wg.Go(func() {
			var err error
			var lost int
			replies[i], lost, err = o.Insist(p.ctx, call)
			p.l.lost.Add(int64(lost))
			if err != nil {
				p.l.fault("%s: answer: %v", o.Email, err)
			}
		})
	}
	wg.Wait()
	p.l.asked.Add(racers)
	return p.judge(o, right, replies)
}

// judge wants exactly one of the racing answers taken.
func (p *person) judge(o *owned, right string, replies []fastclient.Reply) bool {
	taken := 0
	for _, reply := range replies {
		switch {
		case reply.Status == http.StatusOK:
			taken++
			st, err := o.Take(reply)
			if err != nil || st.State != api.DeviceActivated {
				p.l.fault("%s: accepted, but %q %v", o.Email, st.State, err)
			}
		case reply.Code != api.CodeUsed:
			p.l.fault("%s: a second answer got %d %s", o.Email, reply.Status, reply.Code)
		}
	}
	p.l.accepted.Add(int64(taken))
	if taken != 1 {
		p.l.fault("%s: the code for %s was accepted %d times", o.Email, o.Challenge.Reference, taken)
		return false
	}
	p.l.answered.Add(1)
	o.used = append(o.used, usedCode{o.Challenge.Reference, right})
	if len(o.Share) > 0 { // a repeated answer carries none; a check-in brings it
		if o.share != "" && o.share != string(o.Share) {
			p.l.fault("%s: another share", o.Email)
		}
		o.share = string(o.Share)
	}
	st, reply, err := o.Look(p.ctx)
	if err != nil || st.State != api.DeviceActivated {
		p.l.fault("%s: after the code: %q %s %v", o.Email, st.State, reply.Code, err)
	}
	return true
}

// wrongly types a wrong code: it costs one try, and only one, however often the
// request was repeated.
func (p *person) wrongly(o *owned, right string) bool {
	guess := code.WithCheck("ZZZZZZZZ")
	if guess == right {
		return true
	}
	_, reply, err := o.Answer(p.ctx, guess)
	if err != nil || reply.Code != api.CodeWrong || reply.Problem.TriesLeft == nil || *reply.Problem.TriesLeft != 4 {
		p.l.fault("%s: a wrong code: %d %s %v %v", o.Email, reply.Status, reply.Code, reply.Problem.TriesLeft, err)
		return false
	}
	p.l.wrong.Add(1)
	return true
}

// verify asks the server, once everything runs again, for all that it
// acknowledged.
func (p *person) verify(o *owned) {
	if len(o.used) == 0 {
		return
	}
	st, reply, err := o.Look(p.ctx)
	if err != nil || st.State != api.DeviceActivated {
		p.l.fault("%s: lost: %q %s %v", o.Email, st.State, reply.Code, err)
		return
	}
	st, reply, err = o.CheckIn(p.ctx, true)
	if err != nil || st.State != api.DeviceActivated || st.Release == nil || o.share != "" && string(o.Share) != o.share {
		p.l.fault("%s: its share: %q %s %v, as before %v", o.Email, st.State, reply.Code, err, string(o.Share) == o.share)
	}
	for _, u := range o.used {
		o.Challenge.Reference = u.reference
		if _, reply, err = o.Answer(p.ctx, u.code); err != nil || reply.Code != api.CodeUsed {
			p.l.fault("%s: the used code for %s: %d %s %v", o.Email, u.reference, reply.Status, reply.Code, err)
		}
		p.l.late.Add(1)
	}
	p.remembered(o)
}

// remembered compares the history with what the person saw: each code asked for
// and typed once.
func (p *person) remembered(o *owned) {
	h, err := o.History(p.ctx)
	if err != nil {
		p.l.fault("%s: history: %v", o.Email, err)
		return
	}
	times := map[string]int{}
	for _, e := range h.Events {
		times[e.Event+" "+e.Reference]++
	}
	for _, u := range o.used {
		if times[api.EventActivated+" "+u.reference] != 1 || times[api.EventAsked+" "+u.reference] != 1 {
			p.l.fault("%s: the history knows %s %d times asked, %d times typed", o.Email, u.reference,
				times[api.EventAsked+" "+u.reference], times[api.EventActivated+" "+u.reference])
		}
	}
	for _, e := range h.Events {
		if e.Event == api.EventForked || e.Event == api.EventAsked && !o.told[e.Reference] {
			p.l.fault("%s: the history tells %s %s, which nobody saw", o.Email, e.Event, e.Reference)
		}
	}
	if !slices.IsSortedFunc(h.Events, func(a, b api.Event) int { return int(min(max(b.Seq-a.Seq, -1), 1)) }) {
		p.l.fault("%s: the history is out of order", o.Email)
	}
}
