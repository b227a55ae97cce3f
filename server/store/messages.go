package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/server"
)

var messages = newTable("messages", messageColumns...)

var messageColumns = []string{
	"id", "challenge", "account", "contact", "channel", "kind", "language", "epoch",
	"state", "attempt", "due", "lease", "worker", "created", "asked", "handed", "changed", "expires", "detail",
	"message_id", "provider", "reference", "device", "place", "reason", "changes", "data",
}

func messageValues(m server.OutboxRow) []any {
	return []any{
		m.ID, m.Challenge, m.Account, m.Contact, m.Channel, m.Kind, m.Language, m.Epoch,
		m.State, m.Attempt, m.Due, m.Lease, m.Worker, m.Created, m.Asked, m.Handed, m.Changed, m.Expires, m.Detail,
		m.MessageID, m.Provider, m.Reference, m.Device, m.Place, m.Reason, pack(m.Changes), pack(m.Data),
	}
}

func scanMessage(r scanner) (m server.OutboxRow, err error) {
	var changes, data string
	err = r.Scan(&m.ID, &m.Challenge, &m.Account, &m.Contact, &m.Channel, &m.Kind, &m.Language, &m.Epoch,
		&m.State, &m.Attempt, &m.Due, &m.Lease, &m.Worker, &m.Created, &m.Asked, &m.Handed, &m.Changed, &m.Expires, &m.Detail,
		&m.MessageID, &m.Provider, &m.Reference, &m.Device, &m.Place, &m.Reason, &changes, &data)
	if err != nil {
		return m, err
	}
	return m, unpackAll([]string{changes, data}, &m.Changes, &m.Data)
}

func (t *tx) AddMessage(m server.OutboxRow) error {
	q, list, known := listed[server.OutboxRow](t, messagesOf, m.Challenge)
	err := t.add(&messages, messageValues(m)...)
	if err == nil && known {
		t.t.answers[q] = append(slices.Clone(list), m)
	}
	return err
}

var messagesOf = messages.selected + "WHERE challenge = $1"

func (t *tx) OutboxRow(id int64) (server.OutboxRow, error) {
	return one(t, scanMessage, messages.selected+"WHERE id = $1", id)
}

func (t *tx) MessageByID(messageID string) (server.OutboxRow, error) {
	return one(t, scanMessage, messages.selected+"WHERE message_id = $1", messageID)
}

func (t *tx) MessageByProvider(provider string) (server.OutboxRow, error) {
	return one(t, scanMessage, messages.selected+"WHERE provider = $1 AND provider <> '' ORDER BY id DESC LIMIT 1", provider)
}

func (t *tx) SaveMessage(m server.OutboxRow) error {
	return t.change(messages.update, messageValues(m)...)
}

// handOver asks nothing first: what is true already changes no row.
const handOver = `UPDATE messages SET state = 'handed-over', detail = $2, provider = $3, handed = $4, changed = $4, due = 0, lease = 0, worker = ''
	WHERE id = $1 AND state NOT IN ('handed-over', 'delivered', 'bounced') RETURNING challenge, channel, epoch`

const beginEpoch = "UPDATE epochs SET handed = $4 WHERE challenge = $1 AND channel = $2 AND number = $3 AND handed = 0"

func (t *tx) HandOver(id, at int64, detail, provider string) error {
	of, err := one(t, func(r scanner) (e server.Epoch, err error) {
		err = r.Scan(&e.Challenge, &e.Channel, &e.Number)
		return e, err
	}, handOver, id, detail, provider, at)
	if errors.Is(err, server.ErrNotFound) || err == nil && of.Challenge == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return t.exec(beginEpoch, of.Challenge, of.Channel, of.Number, at)
}

func (t *tx) MessagesOf(challenge string) ([]server.OutboxRow, error) {
	list, err := all(t, scanMessage, messagesOf, challenge)
	slices.SortFunc(list, func(a, b server.OutboxRow) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}

var leaseMessages = `UPDATE messages SET worker = $1, lease = $2, attempt = attempt + 1 WHERE id IN (
	SELECT id FROM messages WHERE state IN ('queued', 'put-off') AND due <= $3 AND lease <= $3 ORDER BY due, id LIMIT $4
) RETURNING ` + strings.Join(messageColumns, ", ")

func (t *tx) LeaseMessages(worker string, now, until int64, n int) ([]server.OutboxRow, error) {
	list, err := all(t, scanMessage, leaseMessages, worker, until, now, n)
	slices.SortFunc(list, func(a, b server.OutboxRow) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}

func (t *tx) CancelMessages(challenge, detail string) error {
	return t.exec("UPDATE messages SET state = 'refused', detail = $2 WHERE challenge = $1 AND state IN ('queued', 'put-off')", challenge, detail)
}

func (t *tx) CancelCodes(detail string) error {
	return t.exec("UPDATE messages SET state = 'refused', detail = $1 WHERE challenge <> '' AND state IN ('queued', 'put-off')", detail)
}
