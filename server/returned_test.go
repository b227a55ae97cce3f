package server_test

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestAMailComesBackWithTheOldPeppersMark: mail that went out before a rotation is
// known as long as the old pepper is there, and nobody's mark is taken for it.
func TestAMailComesBackWithTheOldPeppersMark(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		m := l.deliver()[0]
		if _, _, err := l.svc.RotatePepper(ctx, nil); err != nil {
			l.Fatal(err)
		}
		if ours, err := l.svc.MessageReturned(ctx, m.MessageID, "", "550"); ours || err != nil {
			l.Errorf("no mark: %t %v", ours, err)
		}
		if ours, err := l.svc.MessageReturned(ctx, m.MessageID, m.Return[:31]+"x", "550"); ours || err != nil {
			l.Errorf("another mark: %t %v", ours, err)
		}
		known, err := l.svc.TakeReport(ctx, server.Report{MessageID: m.MessageID, Channel: api.ChannelSMS, State: api.DeliveryBounced})
		if !known || err != nil {
			l.Errorf("about text messages: %t %v", known, err)
		}
		if got := b.see(m.Reference).Deliveries[0].State; got != api.DeliveryHandedOver {
			l.Errorf("%s before it came back", got)
		}
		if ours, err := l.svc.MessageReturned(ctx, m.MessageID, m.Return, "550"); !ours || err != nil {
			l.Errorf("its own mark: %t %v", ours, err)
		}
		if got := b.see(m.Reference).Deliveries[0].State; got != api.DeliveryBounced {
			l.Error(got)
		}
		l.clock.pass(10 * 24 * time.Hour)
		if gone, err := l.svc.RetirePepper(ctx); err != nil || !gone {
			l.Fatal(gone, err)
		}
		if ours, err := l.svc.MessageReturned(ctx, m.MessageID, m.Return, "550"); ours || err != nil {
			l.Errorf("the old mark without its pepper: %t %v", ours, err)
		}
	})
}
