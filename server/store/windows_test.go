package store_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func window(id, account, device string) server.Window {
	v := server.Window{
		ID: id, Account: account, Device: device, Origin: api.WindowIT, Kinds: []string{"cpu"}, Groups: []string{"disk"},
		Flags: []string{"new-driver"}, From: 100, To: 200, Created: 50, Note: "a night’s work",
	}
	if device != "" {
		v.Origin = api.WindowPerson
	}
	return v
}

func ids(list []server.Window, err error) []string {
	out := []string{}
	for _, v := range list {
		out = append(out, v.ID)
	}
	if err != nil {
		out = append(out, err.Error())
	}
	return out
}

func TestWindowsComeBack(t *testing.T) {
	const a, other = "100000000001", "100000000002"
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		write(t, d.Open(), func(tx server.Tx) error {
			all, own, theirs, said := window("all", "", ""), window("own", a, ""), window("theirs", other, ""), window("said", a, "d1")
			own.From, own.To = 50, 300
			for _, v := range []server.Window{all, own, theirs, said, window("elsewhere", a, "d2")} {
				must(t, tx.AddWindow(v))
			}
			got, err := tx.Window("said")
			if err != nil || !reflect.DeepEqual(got, said) {
				t.Errorf("got %+v (%v), want %+v", got, err, said)
			}
			for _, c := range []struct {
				what string
				got  []string
				want []string
			}{
				{"for a device", ids(tx.WindowsFor(a, "d1", 150)), []string{"own", "all", "said"}},
				{"before they open", ids(tx.WindowsFor(a, "d1", 1)), []string{"own", "all", "said"}},
				{"when most are over", ids(tx.WindowsFor(a, "d1", 200)), []string{"own"}},
				{"for somebody else", ids(tx.WindowsFor(other, "d9", 150)), []string{"all", "theirs"}},
				{"IT's", ids(tx.ITWindows("", 150)), []string{"own", "all", "theirs"}},
				{"IT's of an account", ids(tx.ITWindows(other, 150)), []string{"theirs"}},
			} {
				if !reflect.DeepEqual(c.got, c.want) {
					t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
				}
			}
			must(t, tx.EndWindow("said", 160))
			if got, _ := tx.Window("said"); got.Used != 160 {
				t.Errorf("used at %d", got.Used)
			}
			if _, err := tx.Announced("d1"); !errors.Is(err, server.ErrNotFound) {
				t.Errorf("a used one is still announced: %v", err)
			}
			must(t, tx.AddWindow(window("again", a, "d1")))
			if got, err := tx.Announced("d1"); err != nil || got.ID != "again" {
				t.Errorf("announced: %+v %v", got, err)
			}
			if err := tx.EndWindow("none", 1); !errors.Is(err, server.ErrNotFound) {
				t.Errorf("ending none: %v", err)
			}
			return nil
		})
	})
}

// TestWindowsKeepTheirRules: the database itself refuses what the rules forbid.
func TestWindowsKeepTheirRules(t *testing.T) {
	const a = "100000000001"
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		for name, spoil := range map[string]func(*server.Window){
			"of nobody":                     func(v *server.Window) { v.Origin = "stranger" },
			"ends before it begins":         func(v *server.Window) { v.To = v.From },
			"announced for no computer":     func(v *server.Window) { v.Origin = api.WindowPerson },
			"announced for every account":   func(v *server.Window) { v.Origin, v.Account, v.Device = api.WindowPerson, "", "d" },
			"IT's for one computer of many": func(v *server.Window) { v.Device = "d" },
		} {
			v := window("w", a, "")
			spoil(&v)
			if err := db.Write(context.Background(), func(tx server.Tx) error { return tx.AddWindow(v) }); err == nil {
				t.Errorf("%s: it is kept", name)
			}
		}
		write(t, db, func(tx server.Tx) error { return tx.AddWindow(window("one", a, "d")) })
		err := db.Write(context.Background(), func(tx server.Tx) error { return tx.AddWindow(window("two", a, "d")) })
		if !errors.Is(err, server.ErrExists) {
			t.Errorf("a second one announced: %v", err)
		}
	})
}

func TestAnnouncementsGoWithTheirChallenge(t *testing.T) {
	const a = "100000000001"
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		write(t, db, func(tx server.Tx) error {
			must(t, tx.AddAccount(account(a)))
			must(t, tx.AddDevice(device("d", a)))
			must(t, tx.AddChallenge(server.Challenge{
				ID: "x", Account: a, Device: "d", Reference: "K7Q", State: api.ChallengeOpen, Reason: api.ReasonAnnounce, Seq: 1,
			}))
			want := server.Announcement{Challenge: "x", Groups: []string{"board", "network"}, Hours: 72}
			must(t, tx.AddAnnouncement(want))
			if got, err := tx.Announcement("x"); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v %v", got, err)
			}
			return nil
		})
		err := db.Write(context.Background(), func(tx server.Tx) error {
			return tx.AddAnnouncement(server.Announcement{Challenge: "y", Hours: 72})
		})
		if err == nil {
			t.Error("an announcement without a challenge is kept")
		}
		write(t, db, func(tx server.Tx) error {
			must(t, tx.RemoveDevice("d"))
			if _, err := tx.Announcement("x"); !errors.Is(err, server.ErrNotFound) {
				t.Errorf("it outlives its device: %v", err)
			}
			return nil
		})
	})
}
