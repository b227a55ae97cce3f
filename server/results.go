package server

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// MessageResult is what became of one attempt at a message.
type MessageResult struct {
	ID int64
	// State is api.DeliveryHandedOver, api.DeliveryPutOff or api.DeliveryRefused.
	State string
	// Detail is the relay's reply, or what stood in the way; it must hold no address.
	Detail string
	// Provider is "NAME/ID", what a provider calls a message that was handed over in
	// its later reports; empty without.
	Provider string
	// Theirs says of a refusal that the reason was whom the message was for: another
	// enrolled way is preferred for a while.
	Theirs bool
	// Next is when a message that was put off is tried again.
	Next time.Time
}

// MessageResults records what became of messages, in one transaction: all of it, or
// with an error none. The first hand-over of a code starts its life; a message that
// was put off until its code can no longer work is refused instead.
func (s *Service) MessageResults(ctx context.Context, list []MessageResult) error {
	return s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		for _, r := range list {
			if err := w.result(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// MessageSent records that a message was handed over; see MessageResults.
func (s *Service) MessageSent(ctx context.Context, id int64, detail, provider string) error {
	return s.MessageResults(ctx, []MessageResult{{ID: id, State: api.DeliveryHandedOver, Detail: detail, Provider: provider}})
}

// MessagePutOff records that a message was put off, and when it is tried next.
func (s *Service) MessagePutOff(ctx context.Context, id int64, detail string, next time.Time) error {
	return s.MessageResults(ctx, []MessageResult{{ID: id, State: api.DeliveryPutOff, Detail: detail, Next: next}})
}

// MessageRefused records that a message was refused for good. Theirs says that the
// reason was whom it was for.
func (s *Service) MessageRefused(ctx context.Context, id int64, detail string, theirs bool) error {
	return s.MessageResults(ctx, []MessageResult{{ID: id, State: api.DeliveryRefused, Detail: detail, Theirs: theirs}})
}

// result records one result. Of two workers the first hand-over stands, and a
// message may be gone with its pending account: neither is an error.
func (w *work) result(r MessageResult) error {
	if r.State == api.DeliveryHandedOver {
		return w.tx.HandOver(r.ID, w.now, printable(r.Detail), r.Provider)
	}
	row, err := w.tx.OutboxRow(r.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if row.State == api.DeliveryHandedOver || row.State == api.DeliveryDelivered || row.State == api.DeliveryBounced {
		return nil
	}
	if r.State == api.DeliveryRefused {
		return w.refuse(row, r.Detail, func(was OutboxRow) error { return w.failed(was, r.Detail, r.Theirs) })
	}
	if r.Next.Unix() >= row.Expires {
		return w.refuse(row, r.Detail, w.fallBack)
	}
	return w.settle(row, api.DeliveryPutOff, r.Detail, r.Next.Unix())
}

// refuse settles a message as refused, and does what follows where it was still
// waiting.
func (w *work) refuse(row OutboxRow, detail string, then func(OutboxRow) error) error {
	was := row
	if err := w.settle(row, api.DeliveryRefused, detail, 0); err != nil || !waiting(was) {
		return err
	}
	return then(was)
}
