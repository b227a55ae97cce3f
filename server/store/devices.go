package store

import "github.com/seed-1feef0b2/holdfast/server"

var (
	devices = newTable("devices", "id", "account", "keyid", "public", "name", "platform", "state", "once_active",
		"chain", "last_prev", "last_next", "epoch", "unread", "seen_day", "seen", "failures", "streak", "next_try",
		"checked", "sum", "assurance", "created", "activated", "last_seen", "hardware", "claim", "blocked")
	revokedKeys = newTable("revoked_keys", "keyid", "public", "device", "account", "revoked", "reason")
	holds       = newTable("holds", "id", "account", "device", "reason", "created", "until", "condition")
)

func deviceValues(d server.Device) []any {
	return []any{
		d.ID, d.Account, d.KeyID, pack(d.Key), d.Name, d.Platform, d.State, flag(d.OnceActive),
		d.Current, d.LastPrev, d.LastNext, d.Epoch, pack(d.Unread), d.SeenDay, blob(d.Seen), pack(d.Failures), d.Streak, d.NextTry,
		d.Checked, blob(d.Sum), d.Assurance, d.Created, d.Activated, d.LastSeen, d.Hardware, blob(d.Claim), d.Blocked,
	}
}

func scanDevice(r scanner) (d server.Device, err error) {
	var key, unread, failures string
	var once int64
	err = r.Scan(&d.ID, &d.Account, &d.KeyID, &key, &d.Name, &d.Platform, &d.State, &once,
		&d.Current, &d.LastPrev, &d.LastNext, &d.Epoch, &unread, &d.SeenDay, &d.Seen, &failures, &d.Streak, &d.NextTry,
		&d.Checked, &d.Sum, &d.Assurance, &d.Created, &d.Activated, &d.LastSeen, &d.Hardware, &d.Claim, &d.Blocked)
	if err != nil {
		return d, err
	}
	d.OnceActive = once != 0
	return d, unpackAll([]string{key, unread, failures}, &d.Key, &d.Unread, &d.Failures)
}

func unpackAll(texts []string, into ...any) error {
	for i, text := range texts {
		if err := unpack(text, into[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddDevice(d server.Device) error { return t.add(&devices, deviceValues(d)...) }

func (t *tx) Device(id string) (server.Device, error) {
	return one(t, scanDevice, devices.selected+"WHERE id = $1", id)
}

func (t *tx) DeviceByKey(keyid string) (server.Device, error) {
	return one(t, scanDevice, devices.selected+"WHERE keyid = $1", keyid)
}

func (t *tx) DevicesOf(account string) ([]server.Device, error) {
	return all(t, scanDevice, devices.selected+"WHERE account = $1 ORDER BY created, id", account)
}

func (t *tx) SaveDevice(d server.Device) error { return t.change(devices.update, deviceValues(d)...) }

func (t *tx) RemoveDevice(id string) error {
	return t.exec("DELETE FROM devices WHERE id = $1", id)
}

func (t *tx) AddRevokedKey(k server.RevokedKey) error {
	return t.exec(revokedKeys.insert, k.KeyID, pack(k.Key), k.Device, k.Account, k.Revoked, k.Reason)
}

func (t *tx) RevokedKey(keyid string) (server.RevokedKey, error) {
	return one(t, func(r scanner) (k server.RevokedKey, err error) {
		var public string
		if err = r.Scan(&k.KeyID, &public, &k.Device, &k.Account, &k.Revoked, &k.Reason); err != nil {
			return k, err
		}
		return k, unpack(public, &k.Key)
	}, revokedKeys.selected+"WHERE keyid = $1", keyid)
}

func (t *tx) AddHold(h server.Hold) error {
	return t.exec(holds.insert, h.ID, h.Account, h.Device, h.Reason, h.Created, h.Until, h.Condition)
}

func (t *tx) HoldEnd(account string, after int64) (int64, error) {
	return one(t, scanNumber0, "SELECT MAX(until) FROM holds WHERE account = $1 AND until > $2", account, after)
}
