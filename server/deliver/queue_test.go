package deliver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: start} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// row is one message of a memQueue and what became of it.
type row struct {
	msg    server.Message
	state  string
	detail string
	due    time.Time
	lease  time.Time
	handed time.Time
}

// memQueue leases messages like the service does.
type memQueue struct {
	clock *clock
	mu    sync.Mutex
	rows  []*row
	// breakMarks makes the next n outcomes fail to be stored.
	breakMarks int
	breaks     map[int64]int // the same for one message, which takes a whole batch with it
	batches    []int         // how many results came together
	claims     int
	hold       chan struct{} // where not nil, marks wait for it
}

const leaseTime = 2 * time.Minute

func (q *memQueue) add(m server.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	m.ID = int64(len(q.rows) + 1)
	m.Attempt = 0
	q.rows = append(q.rows, &row{msg: m, state: api.DeliveryQueued, due: q.clock.Now()})
}

func (q *memQueue) ClaimMessages(_ context.Context, _ string, n int) ([]server.Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.claims++
	now := q.clock.Now()
	var out []server.Message
	for _, r := range q.rows {
		waits := r.state == api.DeliveryQueued || r.state == api.DeliveryPutOff
		if len(out) < n && waits && !r.due.After(now) && !r.lease.After(now) {
			r.lease = now.Add(leaseTime)
			r.msg.Attempt++
			out = append(out, r.msg)
		}
	}
	return out, nil
}

// MessageResults stores all or none, as the service does.
func (q *memQueue) MessageResults(ctx context.Context, list []server.MessageResult) error {
	if q.hold != nil {
		select {
		case <-q.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = append(q.batches, len(list))
	if q.breakMarks > 0 {
		q.breakMarks--
		return errors.New("the database is away")
	}
	for _, r := range list {
		if q.breaks[r.ID] > 0 {
			q.breaks[r.ID]--
			return errors.New("this one cannot be stored")
		}
	}
	for _, result := range list {
		r := q.rows[result.ID-1]
		r.state, r.detail, r.due, r.lease = result.State, result.Detail, time.Time{}, time.Time{}
		switch result.State {
		case api.DeliveryHandedOver:
			r.handed = q.clock.Now()
		case api.DeliveryPutOff:
			r.due = result.Next
		}
	}
	return nil
}

// row gives a copy of the row with an id.
func (q *memQueue) row(id int64) row {
	q.mu.Lock()
	defer q.mu.Unlock()
	return *q.rows[id-1]
}

// left counts messages that wait.
func (q *memQueue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for _, r := range q.rows {
		if r.state == api.DeliveryQueued || r.state == api.DeliveryPutOff {
			n++
		}
	}
	return n
}

// fakeSender notes what it is given and answers with do.
type fakeSender struct {
	mu   sync.Mutex
	sent map[string]int // by Message-ID
	do   func(ctx context.Context, l Letter) Outcome
}

func (s *fakeSender) From() string { return theSender }

func (s *fakeSender) Send(ctx context.Context, l Letter) Outcome {
	s.mu.Lock()
	if s.sent == nil {
		s.sent = map[string]int{}
	}
	s.sent[l.MessageID]++
	s.mu.Unlock()
	if s.do != nil {
		return s.do(ctx, l)
	}
	return handedOver("250 ok")
}

func (s *fakeSender) count() (letters, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.sent {
		most = max(most, n)
	}
	return len(s.sent), most
}
