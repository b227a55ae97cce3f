package deliver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// downFor is how long a provider that was found down is asked last; every
// downFor one message finds out whether it is back.
const downFor = 30 * time.Second

// InOrder is several providers of one channel, the preferred first. One that is
// down, puts a letter off, or refuses to deal with this server gives way to the
// next; a refusal of the letter or of whom it is for is final, for asking around
// until somebody takes it is what makes a sender distrusted.
//
// The time that a letter has is shared: of three providers the first may take a
// third of it, the second half, and the last what is left, so that one black hole
// does not use it up. A provider that may have taken a letter without saying so gives way too:
// then it can arrive twice, with the same Message-ID.
type InOrder struct {
	senders []Sender
	now     func() time.Time
	timeout time.Duration
	mu      sync.Mutex
	until   []time.Time // a provider that was down is asked last until then
}

// NewInOrder joins at least one provider. The timeout bounds a letter over all
// of them, 60 s where zero; it must be shorter than the lease of a message. Now
// must be given.
func NewInOrder(now func() time.Time, timeout time.Duration, senders ...Sender) (*InOrder, error) {
	if now == nil || len(senders) == 0 || slices.Contains(senders, nil) {
		return nil, errors.New("deliver: a clock and at least one sender must be given")
	}
	if timeout <= 0 {
		timeout = time.Minute
	}
	return &InOrder{senders: senders, now: now, timeout: timeout, until: make([]time.Time, len(senders))}, nil
}

// From is the address of the preferred provider; all have the same.
func (o *InOrder) From() string { return o.senders[0].From() }

// Send asks the providers in their order, those found down lately last.
func (o *InOrder) Send(ctx context.Context, l Letter) Outcome {
	order := o.order()
	ctx, end := context.WithTimeout(ctx, o.timeout)
	defer end()
	var tried []Outcome
	for i, n := range order {
		one, cancel := context.WithTimeout(ctx, o.timeout/time.Duration(len(order)-i))
		out := o.senders[n].Send(one, l)
		cancel()
		o.note(n, out)
		if out.State == api.DeliveryHandedOver || out.State == api.DeliveryRefused {
			return out
		}
		tried = append(tried, out)
		if ctx.Err() != nil {
			break
		}
	}
	return worthTelling(tried)
}

// order gives the providers' numbers: those that were down lately last.
func (o *InOrder) order() []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	var up, resting []int
	now := o.now()
	for n, until := range o.until {
		if now.Before(until) {
			resting = append(resting, n)
		} else {
			up = append(up, n)
		}
	}
	return append(up, resting...)
}

func (o *InOrder) note(n int, out Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.until[n] = time.Time{}
	if out.Down {
		o.until[n] = o.now().Add(downFor)
	}
}

// worthTelling picks what a person and an operator are told where nobody took
// the letter: the first provider that put it off and was not down, else the
// first that put it off, else the first refusal. While one may still take it, it
// is put off.
func worthTelling(tried []Outcome) Outcome {
	later := func(o Outcome) bool { return o.State == api.DeliveryPutOff }
	said := func(o Outcome) bool { return later(o) && !o.Down }
	for _, fits := range []func(Outcome) bool{said, later} {
		if i := slices.IndexFunc(tried, fits); i >= 0 {
			return tried[i]
		}
	}
	return tried[0]
}

// Close closes every provider that can be closed.
func (o *InOrder) Close() error {
	var err error
	for _, s := range o.senders {
		if c, ok := s.(interface{ Close() error }); ok {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}
