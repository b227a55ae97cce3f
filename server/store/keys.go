package store

import "github.com/seed-1feef0b2/holdfast/server"

var keyRequests = newTable("key_requests", "device", "keyid", "public", "hardware", "next", "seq", "created")

func keyRequestValues(k server.KeyRequest) []any {
	return []any{k.Device, k.KeyID, pack(k.Key), k.Hardware, k.Next, k.Seq, k.Created}
}

func scanKeyRequest(r scanner) (k server.KeyRequest, err error) {
	var public string
	if err = r.Scan(&k.Device, &k.KeyID, &public, &k.Hardware, &k.Next, &k.Seq, &k.Created); err != nil {
		return k, err
	}
	return k, unpack(public, &k.Key)
}

func (t *tx) AddKeyRequest(k server.KeyRequest) error {
	return t.exec(keyRequests.insert, keyRequestValues(k)...)
}

func (t *tx) SaveKeyRequest(k server.KeyRequest) error {
	return t.change(keyRequests.update, keyRequestValues(k)...)
}

func (t *tx) KeyRequest(device string) (server.KeyRequest, error) {
	return one(t, scanKeyRequest, keyRequests.selected+"WHERE device = $1", device)
}

func (t *tx) KeyRequestByKey(keyid string) (server.KeyRequest, error) {
	return one(t, scanKeyRequest, keyRequests.selected+"WHERE keyid = $1", keyid)
}

func (t *tx) RemoveKeyRequest(device string) error {
	return t.exec("DELETE FROM key_requests WHERE device = $1", device)
}
