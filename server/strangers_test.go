package server_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestRegisteringSomebodysAddressKeepsNobodyOut: whoever has no password registers with
// the address of an account, as often as he likes. Its owner lost his computer and
// enrols another one.
func TestRegisteringSomebodysAddressKeepsNobodyOut(t *testing.T) {
	each(t, func(l *lab) {
		l.activated("kim@example.org")
		l.deliver()
		l.clock.pass(25 * time.Hour)
		mails := 0
		for i := range 20 {
			s := l.box()
			s.ip = netip.AddrFrom4([4]byte{198, 18, 9, byte(i)})
			l.must(s.register("kim@example.org"))
			mails += len(l.deliver())
			l.clock.pass(30 * time.Minute)
		}
		if mails != 5 {
			l.Errorf("%d mails in a day", mails)
		}
		fresh := l.box()
		l.must(fresh.enrol("kim@example.org", password))
		if list := l.deliver(); kinds(list) != server.MessageEnrol {
			l.Fatalf("sent %q, next %q", kinds(list), fresh.challenge.NextSend)
		}
		reply, _, err := fresh.answer(l.code())
		l.must(err)
		if reply.State != api.DeviceActivated {
			l.Error(reply.State)
		}
	})
}
