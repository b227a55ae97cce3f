package server_test

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestOldMessagesAreForgottenAndOnlyThey: after 30 days what the relay said is
// still there, some days later it is gone, with the epochs of closed challenges
// and the windows that are long over; a message that waits stays.
func TestOldMessagesAreForgottenAndOnlyThey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, db := newLab(t, d, nil), d.Open()
		bx := l.box()
		l.must(bx.register("kim@example.org"))
		done := bx.challenge.Reference
		_, _, err := bx.answer(l.code())
		l.must(err)
		bx.computer = bx.computer.With("boot-disk", "another")
		_, err = bx.checkIn()
		l.must(err)
		open := bx.challenge.Reference
		counts := func(reference string) (messages, epochs, windows int) {
			t.Helper()
			l.must(db.Read(ctx, func(tx server.Tx) error {
				ch, err := tx.ChallengeByReference(bx.id, reference)
				if err != nil {
					return err
				}
				list, err := tx.MessagesOf(ch.ID)
				if err != nil {
					return err
				}
				of, err := tx.Epochs(ch.ID)
				if err != nil {
					return err
				}
				if _, err := tx.Window("old"); err == nil {
					windows = 1
				}
				messages, epochs = len(list), len(of)
				return nil
			}))
			return messages, epochs, windows
		}
		l.must(db.Write(ctx, func(tx server.Tx) error {
			at := l.clock.now().Unix()
			return tx.AddWindow(server.Window{ID: "old", Origin: api.WindowIT, Kinds: []string{"cpu"}, From: at, To: at + 60})
		}))
		sweep := func() {
			t.Helper()
			_, err := l.svc.Sweep(ctx)
			l.must(err)
		}
		l.clock.pass(31 * 24 * time.Hour)
		sweep()
		if m, e, w := counts(done); m != 1 || e != 1 || w != 1 {
			t.Errorf("after 31 days: %d messages, %d epochs, %d windows", m, e, w)
		}
		l.clock.pass(5 * 24 * time.Hour)
		sweep()
		if m, e, w := counts(done); m != 0 || e != 0 || w != 1 {
			t.Errorf("after 36 days: %d messages, %d epochs, %d windows", m, e, w)
		}
		if m, e, _ := counts(open); m != 1 || e != 1 {
			t.Errorf("what waits was forgotten: %d messages, %d epochs", m, e)
		}
		l.clock.pass(60 * 24 * time.Hour)
		sweep()
		if _, _, w := counts(done); w != 0 {
			t.Error("a window that was over for 90 days is still there")
		}
	})
}
