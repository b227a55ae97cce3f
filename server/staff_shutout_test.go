package server_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestStrangersDoNotShutAUserOut: a stranger who knows a user's name uses up the tries
// of that name; whoever sits there goes on, and gets in from where he was before.
func TestStrangersDoNotShutAUserOut(t *testing.T) {
	each(t, func(l *lab) {
		c := l.clerk(server.RoleStaff, "lan")
		l.clock.pass(time.Minute)
		stranger := server.Seat{IP: netip.MustParseAddr("203.0.113.66")}
		var err error
		for range 12 {
			_, err = l.svc.StaffSignIn(ctx, stranger, "lan", "x", "1")
		}
		l.want(err, api.CodeTooMany)
		l.must(l.svc.StaffProve(ctx, c.seat, c.code()))
		l.clock.pass(time.Minute)
		l.must(c.signIn())
		elsewhere := *c
		elsewhere.seat = server.Seat{IP: netip.MustParseAddr("203.0.113.77")}
		l.clock.pass(time.Minute)
		l.want(elsewhere.signIn(), api.CodeTooMany)
		for range 12 { // nor is a session a way to guess codes
			err = l.svc.StaffProve(ctx, c.seat, "000000")
		}
		l.want(err, api.CodeTooMany)
	})
}
