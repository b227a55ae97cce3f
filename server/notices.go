package server

import (
	"errors"
	"maps"

	"github.com/seed-1feef0b2/holdfast/api"
)

// noticeKept is how long a notice is tried, in seconds.
const noticeKept = int64(3 * 24 * 60 * 60)

// notify queues a notice about a device to the account's verified contact.
// Notices are not sends: no pause and no limit holds them back. An address that
// nobody has confirmed is told nothing.
func (w *work) notify(about Device, kind string, data map[string]string) error {
	to, err := w.tx.ContactOf(about.Account, api.ChannelEmail)
	if errors.Is(err, ErrNotFound) || (err == nil && to.Verified == 0) {
		return nil
	}
	if err != nil {
		return err
	}
	acct, err := w.tx.Account(about.Account)
	if err != nil {
		return err
	}
	facts := map[string]string{"Time": stamp(w.now)}
	maps.Copy(facts, data)
	return w.tx.AddMessage(OutboxRow{
		ID: w.newMessageID(), Account: about.Account, Contact: to.ID, Channel: to.Channel, Kind: kind,
		Language: acct.Language, State: api.DeliveryQueued, Due: w.now, Created: w.now, Asked: w.now, Changed: w.now,
		Expires: w.now + noticeKept, MessageID: w.messageID(), Device: about.Name, Place: place(w.c.IP), Data: facts,
	})
}
