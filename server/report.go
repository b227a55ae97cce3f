package server

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Report is what a provider, or a returned mail, says of a message that was
// handed over earlier. It is trusted only as far as whoever took it in has
// checked it: a callback's signature, a Message-ID that nobody can guess.
type Report struct {
	// MessageID or Provider names the message, the other is empty.
	MessageID string
	Provider  string // "NAME/ID"
	// State is api.DeliveryDelivered, api.DeliveryBounced, or empty for news that
	// change nothing; Detail is in the provider's words, without any address.
	State  string
	Detail string
}

// MessageReported takes a report in. A report about a message that is not known,
// or that was never handed over, is no error: it says nothing and is dropped. A
// bounce after a delivery stands, a delivery after a bounce does not.
func (s *Service) MessageReported(ctx context.Context, r Report) error {
	return s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		row, err := w.reported(r)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		bounced := r.State == api.DeliveryBounced && (row.State == api.DeliveryHandedOver || row.State == api.DeliveryDelivered)
		delivered := r.State == api.DeliveryDelivered && row.State == api.DeliveryHandedOver
		if !bounced && !delivered {
			return nil
		}
		return w.settle(row, r.State, r.Detail, 0)
	})
}

func (w *work) reported(r Report) (OutboxRow, error) {
	if r.Provider != "" {
		return w.tx.MessageByProvider(r.Provider)
	}
	if r.MessageID == "" {
		return OutboxRow{}, ErrNotFound
	}
	return w.tx.MessageByID(r.MessageID)
}
