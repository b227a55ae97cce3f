package server_test

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// TestALinkOutlivesTheOldPepper: the link in a message is good for a week, whatever
// becomes of the keys meanwhile.
func TestALinkOutlivesTheOldPepper(t *testing.T) {
	each(t, func(l *lab) {
		l.activated("kim@example.org")
		token := l.linkOf(server.NoticeActivated)
		if _, _, err := l.svc.RotatePepper(ctx, nil); err != nil {
			l.Fatal(err)
		}
		l.clock.pass(5 * 24 * time.Hour)
		if gone, err := l.svc.RetirePepper(ctx); err != nil || gone {
			l.Errorf("the old pepper is gone: %v %v", gone, err)
		}
		l.say(token)
		l.clock.pass(3 * 24 * time.Hour)
		if gone, err := l.svc.RetirePepper(ctx); err != nil || !gone {
			l.Errorf("the old pepper stays: %v %v", gone, err)
		}
	})
}
