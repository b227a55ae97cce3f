package store

import "github.com/seed-1feef0b2/holdfast/server"

var (
	accounts = newTable("accounts", "number", "state", "password", "language", "policy", "created", "seen")
	contacts = newTable("contacts", "id", "account", "channel", "sealed", "blind", "verified", "failures", "enrol_stopped")
)

func accountValues(a server.Account) []any {
	return []any{a.Number, a.State, a.Password, a.Language, a.Policy, a.Created, a.Seen}
}

func scanAccount(r scanner) (a server.Account, err error) {
	err = r.Scan(&a.Number, &a.State, &a.Password, &a.Language, &a.Policy, &a.Created, &a.Seen)
	return a, err
}

func contactValues(c server.Contact) []any {
	return []any{c.ID, c.Account, c.Channel, blob(c.Sealed), c.Blind, c.Verified, c.Failures, c.EnrolStopped}
}

func scanContact(r scanner) (c server.Contact, err error) {
	err = r.Scan(&c.ID, &c.Account, &c.Channel, &c.Sealed, &c.Blind, &c.Verified, &c.Failures, &c.EnrolStopped)
	return c, err
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
	return one(t, scanContact, contacts.selected+"WHERE account = $1 AND channel = $2 ORDER BY id", account, channel)
}

func (t *tx) VerifiedContact(blind []byte) (server.Contact, error) {
	return one(t, scanContact, contacts.selected+"WHERE blind = $1 AND verified > 0", blind)
}

func (t *tx) SaveContact(c server.Contact) error {
	return t.change(contacts.update, contactValues(c)...)
}
