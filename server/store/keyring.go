package store

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	dataKeys      = newTable("data_keys", "id", "purpose", "version", "created")
	rotations     = newTable("rotations", "kind", "begun", "version", "master", "place", "after", "until")
	issuerChanges = newTable("issuer_changes", "seq", "at", "previous", "signer", "signed")
)

func (t *tx) DataKeys() ([]server.DataKey, error) {
	list, err := all(t, func(r scanner) (k server.DataKey, err error) {
		err = r.Scan(&k.ID, &k.Purpose, &k.Version, &k.Created)
		return k, err
	}, dataKeys.selected+"ORDER BY purpose, version")
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Wraps, err = all(t, func(r scanner) (w server.Wrap, err error) {
			err = r.Scan(&w.Master, &w.Wrapped)
			return w, err
		}, "SELECT master, wrapped FROM data_key_wraps WHERE key = $1 ORDER BY master", list[i].ID)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t *tx) AddDataKey(k server.DataKey) error {
	return t.exec(dataKeys.insert, k.ID, k.Purpose, k.Version, k.Created)
}

func (t *tx) RemoveDataKey(id string) error {
	if err := t.exec("DELETE FROM data_key_wraps WHERE key = $1", id); err != nil {
		return err
	}
	return t.exec("DELETE FROM data_keys WHERE id = $1", id)
}

func (t *tx) AddWrap(key string, w server.Wrap) error {
	return t.exec("INSERT INTO data_key_wraps (key, master, wrapped) VALUES ($1, $2, $3)", key, w.Master, w.Wrapped)
}

func (t *tx) RemoveWrap(key, master string) error {
	return t.exec("DELETE FROM data_key_wraps WHERE key = $1 AND master = $2", key, master)
}

func (t *tx) KeyRotation(kind string) (server.KeyRotation, error) {
	return one(t, func(r scanner) (k server.KeyRotation, err error) {
		err = r.Scan(&k.Kind, &k.Begun, &k.Version, &k.Master, &k.Place, &k.After, &k.Until)
		return k, err
	}, rotations.selected+"WHERE kind = $1", kind)
}

func (t *tx) AddKeyRotation(k server.KeyRotation) error {
	return t.exec(rotations.insert, k.Kind, k.Begun, k.Version, k.Master, k.Place, k.After, k.Until)
}

func (t *tx) SaveKeyRotation(k server.KeyRotation) error {
	return t.change(rotations.update, k.Kind, k.Begun, k.Version, k.Master, k.Place, k.After, k.Until)
}

func (t *tx) RemoveKeyRotation(kind string) error {
	return t.exec("DELETE FROM rotations WHERE kind = $1", kind)
}

// sealedPlace is a column of sealed values. The row's name is its key, or for a
// key of two parts both with a space between.
type sealedPlace struct{ name, table, column, key, number string }

func sealedPlaces() []sealedPlace {
	return []sealedPlace{
		{"contacts.sealed", "contacts", "sealed", "id", ""},
		{"challenges.secret", "challenges", "secret", "id", ""},
		{"shares.sealed", "shares", "sealed", "device", "generation"},
		{"issuers.sealed", "issuers", "sealed", "id", ""},
		{"staff_users.totp", "staff_users", "totp", "id", ""},
	}
}

func (t *tx) SealedPlaces() []string {
	var names []string
	for _, p := range sealedPlaces() {
		names = append(names, p.name)
	}
	return names
}

func place(name string) (sealedPlace, error) {
	for _, p := range sealedPlaces() {
		if p.name == name {
			return p, nil
		}
	}
	return sealedPlace{}, fmt.Errorf("store: nothing is sealed in %q", name)
}

func (t *tx) SealedAfter(name, after string, n int) ([]server.SealedValue, error) {
	p, err := place(name)
	if err != nil {
		return nil, err
	}
	if p.number == "" {
		return all(t, func(r scanner) (v server.SealedValue, err error) {
			err = r.Scan(&v.Row, &v.Sealed)
			return v, err
		}, "SELECT "+p.key+", "+p.column+" FROM "+p.table+" WHERE "+p.key+" > $1 ORDER BY "+p.key+" LIMIT $2", after, n)
	}
	key, number := split(after)
	return all(t, func(r scanner) (v server.SealedValue, err error) {
		var number int64
		err = r.Scan(&v.Row, &number, &v.Sealed)
		v.Row += " " + strconv.FormatInt(number, 10)
		return v, err
	}, "SELECT "+p.key+", "+p.number+", "+p.column+" FROM "+p.table+" WHERE ("+p.key+", "+p.number+") > ($1, $2) ORDER BY "+
		p.key+", "+p.number+" LIMIT $3", key, number, n)
}

func (t *tx) SetSealed(name, row string, sealed []byte) error {
	p, err := place(name)
	if err != nil {
		return err
	}
	if p.number == "" {
		return t.change("UPDATE "+p.table+" SET "+p.column+" = $2 WHERE "+p.key+" = $1", row, blob(sealed))
	}
	key, number := split(row)
	return t.change("UPDATE "+p.table+" SET "+p.column+" = $3 WHERE "+p.key+" = $1 AND "+p.number+" = $2", key, number, blob(sealed))
}

func split(row string) (string, int64) {
	key, number, _ := strings.Cut(row, " ")
	n, _ := strconv.ParseInt(number, 10, 64) // zero before the first row
	return key, n
}

func (t *tx) ContactsAfter(id string, n int) ([]server.Contact, error) {
	return all(t, scanContact, contacts.selected+"WHERE id > $1 ORDER BY id LIMIT $2", id, n)
}

func (t *tx) LastCounter() (int64, error) {
	return one(t, scanNumber0, "SELECT MAX(forget) FROM counters")
}

func (t *tx) SaveIssuer(i server.Issuer) error {
	return t.change(issuers.update, i.ID, i.Role, i.Public, blob(i.Sealed), i.Created, i.Ended)
}

func (t *tx) RemoveIssuer(id string) error {
	return t.exec("DELETE FROM issuers WHERE id = $1", id)
}

func (t *tx) AddIssuerChange(c server.IssuerChange) error {
	return t.exec(issuerChanges.insert, c.Seq, c.At, c.Previous, c.Signer, c.Signed)
}

func (t *tx) IssuerChanges() ([]server.IssuerChange, error) {
	return all(t, func(r scanner) (c server.IssuerChange, err error) {
		err = r.Scan(&c.Seq, &c.At, &c.Previous, &c.Signer, &c.Signed)
		return c, err
	}, issuerChanges.selected+"ORDER BY seq")
}
