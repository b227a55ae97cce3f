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
	// MessageID or Provider names the message; where both are given, both must. Provider
	// is "NAME/ID", as it was when that provider took the message: no provider says
	// anything of what another one took.
	MessageID string
	Provider  string
	// Mark, where it is set, must be the one that the mail of MessageID carries:
	// with another one the report is refused.
	Mark string
	// Channel, where it is set, is the one that the message must have gone by: whoever
	// reports on mail says nothing of text messages. Where it is empty, a report that
	// names a provider is about a phone, and any other about mail.
	Channel string
	// State is api.DeliveryDelivered, api.DeliveryBounced, or empty for news that
	// change nothing; Detail is in the provider's words, without any address.
	State  string
	Detail string
	// Ours says of a bounce that the reason was this server or the message, and not
	// whom it was for. Of mail, the detail says that.
	Ours bool
	// Mild says of a bounce that a delivery outweighs it: a call that has ended says
	// nothing against what was heard in it.
	Mild bool
}

// ErrMark says that a report names a message by a mark that is not its own.
var ErrMark = errors.New("server: the mark is not that of the message")

// MessageReported takes a report in. A report about a message that is not known,
// or that was never handed over, is no error: it says nothing and is dropped. A
// bounce after a delivery stands, a delivery after a bounce does not.
func (s *Service) MessageReported(ctx context.Context, r Report) error {
	_, err := s.TakeReport(ctx, r)
	return err
}

// TakeReport is MessageReported, and says whether the message was known and
// handed over: a provider's report may overtake the hand-over's own storing, and
// is worth offering again a little later. Errors: ErrMark, which no waiting mends.
func (s *Service) TakeReport(ctx context.Context, r Report) (known bool, err error) {
	err = s.store.Write(ctx, func(tx Tx) error {
		known = false
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		row, err := w.reported(r)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if r.Channel != "" && r.Channel != row.Channel {
			known = true
			return nil
		}
		over := row.State == api.DeliveryHandedOver
		done := row.State == api.DeliveryDelivered
		known = over || done || row.State == api.DeliveryBounced || row.State == api.DeliveryRefused
		bounced := r.State == api.DeliveryBounced && (over || done && !r.Mild)
		delivered := r.State == api.DeliveryDelivered && over
		if !bounced && !delivered {
			return nil
		}
		if err := w.settle(row, r.State, r.Detail, 0); err != nil {
			return err
		}
		if bounced {
			theirs := !r.Ours && (row.Channel != api.ChannelEmail || strikes(r.Detail))
			return w.failed(row, r.Detail, theirs)
		}
		return w.reached(row)
	})
	return known, err
}

func (w *work) reported(r Report) (OutboxRow, error) {
	if r.Mark != "" && !w.marked(r.MessageID, r.Mark) {
		return OutboxRow{}, ErrMark
	}
	var row OutboxRow
	err := ErrNotFound
	switch {
	case r.MessageID != "":
		row, err = w.tx.MessageByID(r.MessageID)
	case r.Provider != "":
		row, err = w.tx.MessageByProvider(r.Provider)
	}
	mail := row.Channel == api.ChannelEmail
	if err == nil && (r.Provider != "" && r.Provider != row.Provider || r.Channel == "" && mail != (r.Provider == "")) {
		err = ErrNotFound
	}
	return row, err
}

// MessageUnderWay gives a message of a channel again, with its code, while it is
// on its way to the person: a call asks for its words when somebody is there to
// hear them. ErrNotFound where there is none, or it is of no use any more.
func (s *Service) MessageUnderWay(ctx context.Context, messageID, channel string) (Message, error) {
	var m Message
	err := s.store.Read(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, now: s.time().Unix(), ctx: ctx}
		row, err := tx.MessageByID(messageID)
		if err != nil {
			return err
		}
		if row.Channel != channel || row.State == api.DeliveryRefused || row.State == api.DeliveryBounced {
			return ErrNotFound
		}
		m, err = w.prepare(row)
		if errors.Is(err, errOvertaken) {
			return ErrNotFound
		}
		return err
	})
	return m, err
}
