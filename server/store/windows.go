package store

import (
	"cmp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	windows = newTable("windows", "id", "account", "device", "origin", "kinds", "identity_groups", "flags",
		"opens", "closes", "used", "created", "note")
	announcements = newTable("announcements", "challenge", "identity_groups", "hours")
)

func scanWindow(r scanner) (v server.Window, err error) {
	var kinds, groups, flags string
	err = r.Scan(&v.ID, &v.Account, &v.Device, &v.Origin, &kinds, &groups, &flags, &v.From, &v.To, &v.Used, &v.Created, &v.Note)
	if err != nil {
		return v, err
	}
	return v, unpackAll([]string{kinds, groups, flags}, &v.Kinds, &v.Groups, &v.Flags)
}

func (t *tx) AddWindow(v server.Window) error {
	return t.exec(windows.insert, v.ID, v.Account, v.Device, v.Origin, pack(v.Kinds), pack(v.Groups), pack(v.Flags),
		v.From, v.To, v.Used, v.Created, v.Note)
}

func (t *tx) Window(id string) (server.Window, error) {
	return one(t, scanWindow, windows.selected+"WHERE id = $1", id)
}

func (t *tx) EndWindow(id string, at int64) error {
	return t.change("UPDATE windows SET used = $2 WHERE id = $1", id, at)
}

// current are windows that have neither ended nor passed, in the order in which
// they open.
const (
	current = "used = 0 AND closes > $1 "
	byOpens = "ORDER BY opens, id"
)

var windowsFor = windows.selected + "WHERE " + current + "AND account IN ('', $2) AND device IN ('', $3)"

func (t *tx) WindowsFor(account, device string, at int64) ([]server.Window, error) {
	list, err := all(t, scanWindow, windowsFor, at, account, device)
	slices.SortFunc(list, func(a, b server.Window) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}

func (t *tx) ITWindows(account string, at int64) ([]server.Window, error) {
	return all(t, scanWindow, windows.selected+"WHERE "+current+
		"AND origin = $2 AND ($3 = '' OR account = $3) "+byOpens, at, api.WindowIT, account)
}

func (t *tx) Announced(device string) (server.Window, error) {
	return one(t, scanWindow, windows.selected+"WHERE device = $1 AND origin = $2 AND used = 0", device, api.WindowPerson)
}

func (t *tx) AddAnnouncement(a server.Announcement) error {
	return t.exec(announcements.insert, a.Challenge, pack(a.Groups), a.Hours)
}

func (t *tx) Announcement(challenge string) (server.Announcement, error) {
	return one(t, func(r scanner) (a server.Announcement, err error) {
		var groups string
		if err = r.Scan(&a.Challenge, &groups, &a.Hours); err != nil {
			return a, err
		}
		return a, unpack(groups, &a.Groups)
	}, announcements.selected+"WHERE challenge = $1", challenge)
}
