package server_test

import (
	"errors"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server"
)

// TestARestoreEndsSessions: a backup knows nothing of who was removed after it.
func TestARestoreEndsSessions(t *testing.T) {
	each(t, func(l *lab) {
		c := l.clerk(server.RoleOwner, "lan")
		l.must(l.svc.Allow(ctx, c.seat, server.RightAccount))
		l.must(l.svc.OpenEpoch(ctx))
		if err := l.svc.Allow(ctx, c.seat, server.RightAccount); !errors.Is(err, server.ErrNoSeat) {
			t.Errorf("still signed in: %v", err)
		}
	})
}
