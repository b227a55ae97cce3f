package server_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// waitingMessages gives the codes of n people, claimed.
func waitingMessages(l *lab, n int) ([]*box, []server.Message) {
	l.Helper()
	var boxes []*box
	for i := range n {
		b := l.box()
		l.must(b.register(string(rune('a'+i)) + "@example.org"))
		boxes = append(boxes, b)
	}
	list, err := l.svc.ClaimMessages(ctx, "worker", 100)
	l.must(err)
	if len(list) != n {
		l.Fatalf("%d messages", len(list))
	}
	return boxes, list
}

func (b *box) delivery() api.Delivery {
	b.l.Helper()
	c, err := b.l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
	b.l.must(err)
	return c.Deliveries[0]
}

// TestResultsTogether: many in one transaction, each as if it came alone; of one
// message the first hand-over stands, and one that is gone is no error.
func TestResultsTogether(t *testing.T) {
	each(t, func(l *lab) {
		boxes, list := waitingMessages(l, 4)
		l.clock.pass(10 * time.Minute)
		later := l.clock.now().Add(time.Minute)
		l.must(l.svc.MessageResults(ctx, []server.MessageResult{
			{ID: list[0].ID, State: api.DeliveryHandedOver, Detail: "250 first", Provider: "relay/1"},
			{ID: list[1].ID, State: api.DeliveryPutOff, Detail: "451 later", Next: later},
			{ID: list[0].ID, State: api.DeliveryHandedOver, Detail: "250 second"},
			{ID: list[0].ID, State: api.DeliveryRefused, Detail: "550 too late"},
			{ID: 987654321, State: api.DeliveryHandedOver, Detail: "250 nobody's"},
			{ID: 987654321, State: api.DeliveryPutOff, Detail: "451 nobody's", Next: later},
			{ID: list[2].ID, State: api.DeliveryRefused, Detail: "550 5.1.1 unknown", Theirs: true},
			{ID: list[3].ID, State: api.DeliveryPutOff, Detail: "451 given up", Next: list[3].Expires},
		}))
		of := map[int64]*box{}
		for i, b := range boxes {
			of[list[i].ID] = b
		}
		for i, want := range []string{"handed-over 250 first", "put-off 451 later", "refused 550 5.1.1 unknown", "refused 451 given up"} {
			if d := of[list[i].ID].delivery(); d.State+" "+d.Detail != want {
				l.Errorf("message %d: %+v, want %s", i, d, want)
			}
		}
		// The code's life began with the hand-over and not with a later one.
		l.clock.pass(50 * time.Minute)
		l.must(l.svc.MessageSent(ctx, list[0].ID, "250 third", ""))
		l.clock.pass(11 * time.Minute)
		_, _, err := of[list[0].ID].answer(list[0].Code)
		l.want(err, api.CodeExpired)
	})
}

// TestALeaseEndsWithTheResult: what was put off is claimed again when it is due, and
// what was handed over never.
func TestALeaseEndsWithTheResult(t *testing.T) {
	each(t, func(l *lab) {
		_, list := waitingMessages(l, 3)
		next := l.clock.now().Add(30 * time.Second)
		l.must(l.svc.MessageResults(ctx, []server.MessageResult{
			{ID: list[0].ID, State: api.DeliveryHandedOver, Detail: "250 ok"}, {ID: list[1].ID, State: api.DeliveryPutOff, Detail: "451", Next: next},
		}))
		l.clock.pass(30 * time.Second)
		again, err := l.svc.ClaimMessages(ctx, "other", 10)
		l.must(err)
		if len(again) != 1 || again[0].ID != list[1].ID || again[0].MessageID != list[1].MessageID || again[0].Attempt != 2 {
			l.Errorf("due again: %+v", again)
		}
		l.clock.pass(3 * time.Minute) // the first worker died with the third
		again, err = l.svc.ClaimMessages(ctx, "other", 10)
		l.must(err)
		if len(again) != 2 {
			l.Errorf("after the leases: %+v", again)
		}
	})
}

// TestAFailedResultTakesTheOthersWithIt, for the transaction is one: whoever sent
// them together stores them one by one then.
func TestAFailedResultTakesTheOthersWithIt(t *testing.T) {
	each(t, func(l *lab) {
		boxes, list := waitingMessages(l, 2)
		broken := errors.New("the database went away")
		s, err := server.New(server.Config{
			Store: lame{l.db.Open(), list[1].ID, broken}, Now: l.clock.now, Master: server.NewSealer([32]byte{1, 2, 3}),
			Origin: "https://holdfast.example.org", Sender: "codes@holdfast.example.org", Limits: server.DefaultLimits(),
		})
		l.must(err)
		both := []server.MessageResult{
			{ID: list[0].ID, State: api.DeliveryHandedOver, Detail: "250 ok"}, {ID: list[1].ID, State: api.DeliveryHandedOver, Detail: "250 ok"},
		}
		if err := s.MessageResults(ctx, both); !errors.Is(err, broken) {
			l.Fatalf("%v", err)
		}
		for _, b := range boxes {
			if d := b.delivery(); d.State == api.DeliveryHandedOver {
				l.Errorf("kept: %+v", d)
			}
		}
		if one, two := s.MessageResults(ctx, both[:1]), s.MessageResults(ctx, both[1:]); one != nil || !errors.Is(two, broken) {
			l.Errorf("%v, %v", one, two)
		}
	})
}

// lame is a store that cannot save the hand-over of one message.
type lame struct {
	server.Store
	id  int64
	err error
}

type lameTx struct {
	server.Tx
	of lame
}

func (f lame) Write(ctx context.Context, fn func(server.Tx) error) error {
	return f.Store.Write(ctx, func(tx server.Tx) error { return fn(lameTx{tx, f}) })
}

func (t lameTx) HandOver(id, at int64, detail, provider string) error {
	if id == t.of.id {
		return t.of.err
	}
	return t.Tx.HandOver(id, at, detail, provider)
}
