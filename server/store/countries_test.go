package store_test

import (
	"fmt"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func TestCountriesAndContacts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open()
		write(t, db, func(tx server.Tx) error {
			for range 2 {
				if err := tx.AddCountrySends(server.CountrySends{Country: "VN", Part: "others", Hour: 5, Sent: 2, Verified: 1}); err != nil {
					return err
				}
			}
			if err := tx.AddCountrySends(server.CountrySends{Country: "VN", Part: "owners", Hour: 4, Sent: 1}); err != nil {
				return err
			}
			got, err := tx.CountrySends("VN", 4)
			if want := "[{VN owners 4 1 0} {VN others 5 4 2}]"; fmt.Sprint(got) != want {
				t.Errorf("%v, want %s", got, want)
			}
			if later, _ := tx.CountrySends("VN", 5); len(later) != 1 {
				t.Errorf("%v", later)
			}
			return err
		})
		write(t, db, func(tx server.Tx) error {
			a := account("100000000001")
			if err := tx.AddAccount(a); err != nil {
				return err
			}
			for i, c := range []server.Contact{
				{ID: "e", Channel: api.ChannelEmail, Blind: []byte{1}, Verified: 1},
				{ID: "p", Channel: "phone", Blind: []byte{2}, Verified: 1},
				{ID: "q", Channel: "phone", Blind: []byte{2}, Verified: 1}, // a phone may belong to several
				{ID: "gone", Channel: "phone", Blind: []byte{3}, Verified: 1, Removed: 50},
			} {
				c.Account, c.Sealed = a.Number, []byte{byte(i + 1)}
				if err := tx.AddContact(c); err != nil {
					return err
				}
			}
			list, err := tx.ContactsOf(a.Number)
			if len(list) != 3 {
				t.Errorf("%+v", list)
			}
			if n, err := tx.WipeContacts(50); n != 0 || err != nil {
				t.Errorf("%d %v", n, err)
			}
			if n, err := tx.WipeContacts(51); n != 1 || err != nil {
				t.Errorf("%d %v", n, err)
			}
			gone, err2 := tx.Contact("gone")
			if len(gone.Sealed)+len(gone.Blind) != 0 || err2 != nil {
				t.Errorf("%+v %v", gone, err2)
			}
			return err
		})
	})
}
