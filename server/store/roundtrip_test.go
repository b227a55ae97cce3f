package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// same saves a value, changes it, and reads it back both times.
func same[T any](t *testing.T, name string, put, save func(T) error, get func() (T, error), first, then T) {
	t.Helper()
	for i, v := range []T{first, then} {
		fn := put
		if i == 1 {
			fn = save
		}
		if err := fn(v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := get()
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s:\ngot  %+v (%v)\nwant %+v", name, got, err, v)
		}
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		write(t, d.Open(), func(tx server.Tx) error {
			a, a2 := account("100000000001"), account("100000000001")
			a2.Channel, a2.Contact = api.ChannelVoice, "c"
			a2.State, a2.Policy, a2.Language, a2.Seen, a2.Password, a2.Created = "pending", api.Strict, "vi", 99, "y", 3
			same(t, "account", tx.AddAccount, tx.SaveAccount, func() (server.Account, error) { return tx.Account(a.Number) }, a, a2)

			c := server.Contact{ID: "c", Account: a.Number, Channel: "email", Sealed: []byte{1, 2}, Blind: []byte{3}, Verified: 4, Failures: 5, EnrolStopped: 6}
			c2 := c
			c2.Verified, c2.Failures, c2.Sealed = 7, 8, []byte{9}
			c2.Trusted, c2.Failing = 10, map[string]server.Failure{"email": {Detail: "550", At: 11}}
			same(t, "contact", tx.AddContact, tx.SaveContact, func() (server.Contact, error) { return tx.VerifiedContact([]byte{3}) }, c, c2)

			dev := device("d", a.Number)
			dev.Unread, dev.Claim = server.Unread{}, []byte{9}
			dev2 := dev
			dev2.State, dev2.OnceActive, dev2.LastPrev, dev2.LastNext, dev2.Epoch = api.DeviceFrozen, true, "p", "n", 3
			dev2.Blocked = 12
			dev2.Hardware, dev2.Claim = api.HardwareTPM, []byte{4, 5}
			dev2.SeenDay, dev2.Streak, dev2.NextTry, dev2.Checked, dev2.Assurance, dev2.Activated = 1, 2, 3, 4, "high", 5
			dev2.Unread = server.Unread{}.Observe(api.Snapshot{Components: []api.Component{{Class: "os", Kind: "kernel", State: "unreadable"}}}, epochStart)
			same(t, "device", tx.AddDevice, tx.SaveDevice, func() (server.Device, error) { return tx.DeviceByKey("key of d") }, dev, dev2)

			ch := server.Challenge{
				ID: "x", Account: a.Number, Device: "d", Reference: "K7Q", State: api.ChallengeOpen, Reason: "changed", Contact: "c", Channel: "email",
				Secret: []byte{1}, Failures: 2, Changes: []api.Change{{Class: "os", Kind: "kernel", Change: "changed", Count: 1}}, Place: "p", Mute: true,
				Opened: 3, Closed: 4, Expires: 5, Told: 6, Seq: 7,
			}
			ch2 := ch
			ch2.Email, ch2.Phone, ch2.Wish = "c", "p", "sms p"
			ch2.State, ch2.Secret, ch2.Mute, ch2.Failures = api.ChallengeConsumed, []byte{2}, false, 3
			same(t, "challenge", tx.AddChallenge, tx.SaveChallenge, func() (server.Challenge, error) { return tx.LatestChallenge("d") }, ch, ch2)

			e := server.Epoch{Challenge: "x", Channel: "email", Number: 1, Created: 2}
			e2 := e
			e2.Handed = 9
			same(t, "epoch", tx.AddEpoch, tx.SaveEpoch, func() (server.Epoch, error) { l, err := tx.Epochs("x"); return l[0], err }, e, e2)

			m := server.OutboxRow{
				ID: 1 << 60, Challenge: "x", Account: a.Number, Contact: "c", Channel: "email", Kind: "code.changed", Language: "ru", Epoch: 1,
				State: api.DeliveryQueued, Attempt: 2, Due: 3, Lease: 4, Worker: "w", Created: 5, Asked: 6, Handed: 7, Changed: 8, Expires: 9,
				Detail: "d", MessageID: "m", Reference: "K7Q", Device: "n", Place: "p", Reason: "r", Changes: ch.Changes, Data: map[string]string{"Time": "t"},
			}
			m2 := m
			m2.State, m2.Attempt, m2.Detail = api.DeliveryPutOff, 3, "later"
			same(t, "message", tx.AddMessage, tx.SaveMessage, func() (server.OutboxRow, error) { return tx.OutboxRow(m.ID) }, m, m2)
			k := server.KeyRequest{Device: "d", KeyID: "k", Key: api.Key{KeyType: "EC", X: "x"}, Next: "n", Seq: 3, Created: 4}
			k2 := k
			k2.Hardware, k2.Next, k2.Seq = api.HardwareTPM, "m", 5
			same(t, "key request", tx.AddKeyRequest, tx.SaveKeyRequest, func() (server.KeyRequest, error) { return tx.KeyRequest("d") }, k, k2)
			if got, err := tx.KeyRequestByKey("k"); err != nil || !reflect.DeepEqual(got, k2) {
				t.Errorf("by its key: %+v %v", got, err)
			}
			must(t, tx.RemoveKeyRequest("d"))
			if _, err := tx.KeyRequest("d"); !errors.Is(err, server.ErrNotFound) {
				t.Errorf("removed: %v", err)
			}
			return nil
		})
	})
}

func TestSharesComeBackByGeneration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		write(t, d.Open(), func(tx server.Tx) error {
			must(t, tx.AddAccount(account("100000000001")))
			must(t, tx.AddDevice(device("d", "100000000001")))
			first := server.Share{Device: "d", Generation: 9, Sealed: []byte{1}, Created: 2}
			next := server.Share{Device: "d", Generation: 10, Sealed: []byte{3}, Created: 4, Reason: api.ReasonFork}
			must(t, tx.AddShare(next))
			must(t, tx.AddShare(first))
			list, err := tx.Shares("d")
			if err != nil || !reflect.DeepEqual(list, []server.Share{first, next}) {
				t.Errorf("got %+v %v", list, err)
			}
			must(t, tx.RemoveShare("d", 9))
			if list, err = tx.Shares("d"); err != nil || len(list) != 1 || list[0].Generation != 10 {
				t.Errorf("one is gone: %+v %v", list, err)
			}
			must(t, tx.RemoveShares("d"))
			if list, err = tx.Shares("d"); err != nil || len(list) != 0 {
				t.Errorf("all are gone: %+v %v", list, err)
			}
			return nil
		})
	})
}

func TestHistoryIsOfTheDevicesAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		write(t, d.Open(), func(tx server.Tx) error {
			for i, dev := range []string{"d", "", "e", "d", "d"} {
				row := server.AuditRow{Account: "a", Seq: int64(i + 1), Device: dev, Event: "e", Facts: "{}", Hash: []byte{1}}
				if i == 3 {
					row.Facts = "" // a row that the history leaves out
				}
				must(t, tx.AddAudit(row))
			}
			must(t, tx.AddAudit(server.AuditRow{Account: "b", Seq: 1, Device: "d", Event: "e", Facts: "{}", Hash: []byte{1}}))
			for want, ask := range map[string][]string{"[5 1]": {"d"}, "[5 2 1]": {"d", ""}, "[3]": {"e"}} {
				list, err := tx.History("a", ask, 100, 10)
				var got []int64
				for _, r := range list {
					got = append(got, r.Seq)
				}
				if err != nil || fmt.Sprint(got) != want {
					t.Errorf("of %q: %v %v, want %s", ask, got, err, want)
				}
			}
			list, err := tx.History("a", []string{"d", ""}, 5, 1)
			if err != nil || len(list) != 1 || list[0].Seq != 2 || list[0].Facts != "{}" {
				t.Errorf("one before 5: %+v %v", list, err)
			}
			return nil
		})
	})
}

func TestConfigurationsComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		write(t, d.Open(), func(tx server.Tx) error {
			must(t, tx.AddAccount(account("100000000001")))
			must(t, tx.AddDevice(device("d", "100000000001")))
			s := snapshot(1200)
			c := server.Configuration{ID: "c", Device: "d", Activated: 1, Used: 2, Sum: []byte{1}, Snapshot: s}
			must(t, tx.AddConfiguration(c))
			list, err := tx.ConfigurationsOf("d")
			if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0].Snapshot, s) || list[0].Moved != nil {
				t.Fatalf("got %d, %v", len(list), err)
			}
			moved := snapshot(3)
			c.Moved, c.MovedSum, c.Used, c.Rules = &moved, []byte{2}, 3, 9
			must(t, tx.MoveConfiguration(c))
			got, err := tx.ConfigurationBySum("d", []byte{2})
			if err != nil || got.ID != "c" || got.Used != 3 || got.Rules != 9 {
				t.Errorf("by the moved sum: %+v %v", got, err)
			}
			list, err = tx.ConfigurationsOf("d")
			if err != nil || !reflect.DeepEqual(*list[0].Moved, moved) || !reflect.DeepEqual(list[0].Snapshot, s) {
				t.Errorf("moved: %v", err)
			}
			must(t, tx.RemoveDevice("d"))
			if list, err := tx.ConfigurationsOf("d"); err != nil || len(list) != 0 {
				t.Errorf("they outlive their device: %v %v", list, err)
			}
			return nil
		})
	})
}
