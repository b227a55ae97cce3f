package store

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	accounts = newTable("accounts", "number", "state", "password", "language", "policy", "created", "seen", "channel", "contact")
	contacts = newTable("contacts", "id", "account", "channel", "sealed", "blind", "verified", "failures", "enrol_stopped",
		"trusted", "removed", "failing")
)

func accountValues(a server.Account) []any {
	return []any{a.Number, a.State, a.Password, a.Language, a.Policy, a.Created, a.Seen, a.Channel, a.Contact}
}

func scanAccount(r scanner) (a server.Account, err error) {
	err = r.Scan(&a.Number, &a.State, &a.Password, &a.Language, &a.Policy, &a.Created, &a.Seen, &a.Channel, &a.Contact)
	return a, err
}

func contactValues(c server.Contact) []any {
	failing := c.Failing
	if failing == nil {
		failing = map[string]server.Failure{}
	}
	return []any{
		c.ID, c.Account, c.Channel, blob(c.Sealed), c.Blind, c.Verified, c.Failures, c.EnrolStopped,
		c.Trusted, c.Removed, pack(failing),
	}
}

func scanContact(r scanner) (c server.Contact, err error) {
	var failing string
	err = r.Scan(&c.ID, &c.Account, &c.Channel, &c.Sealed, &c.Blind, &c.Verified, &c.Failures, &c.EnrolStopped,
		&c.Trusted, &c.Removed, &failing)
	if err != nil || failing == "{}" { // as of nearly every contact
		return c, err
	}
	return c, unpack(failing, &c.Failing)
}

func (t *tx) AddAccount(a server.Account) error { return t.exec(accounts.insert, accountValues(a)...) }

func (t *tx) Account(number string) (server.Account, error) {
	return one(t, scanAccount, accounts.selected+"WHERE number = $1", number)
}

func (t *tx) SaveAccount(a server.Account) error {
	return t.change(accounts.update, accountValues(a)...)
}

func (t *tx) AddContact(c server.Contact) error { return t.exec(contacts.insert, contactValues(c)...) }

func (t *tx) Contact(id string) (server.Contact, error) {
	return one(t, scanContact, contacts.selected+"WHERE id = $1", id)
}

func (t *tx) ContactOf(account, channel string) (server.Contact, error) {
	return one(t, scanContact, contacts.selected+"WHERE account = $1 AND channel = $2 AND removed = 0 ORDER BY id", account, channel)
}

func (t *tx) VerifiedContact(blind []byte) (server.Contact, error) {
	return one(t, scanContact, contacts.selected+"WHERE blind = $1 AND verified > 0 AND removed = 0 AND channel = 'email'", blind)
}

func (t *tx) SaveContact(c server.Contact) error {
	return t.change(contacts.update, contactValues(c)...)
}

func (t *tx) ContactsOf(account string) ([]server.Contact, error) {
	list, err := all(t, scanContact, contacts.selected+"WHERE account = $1 AND removed = 0", account)
	slices.SortFunc(list, func(a, b server.Contact) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}

func (t *tx) WipeContacts(removed int64) (int, error) {
	r, err := t.t.exec(t.ctx, "UPDATE contacts SET sealed = $2, blind = $2 WHERE removed > 0 AND removed < $1 AND length(sealed) > 0", removed, []byte{})
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}
