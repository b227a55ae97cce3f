package server_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestWrongPasswordsElsewhereKeepNobodyOut: whoever knows an address tries passwords
// all the time. The owner enrols another computer at home; from anywhere else the
// account's tries are used up, as they are for an address that nobody has.
func TestWrongPasswordsElsewhereKeepNobodyOut(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		try := func(from byte, login, pw string) error {
			s := l.box()
			s.ip = netip.AddrFrom4([4]byte{198, 18, 9, from})
			return s.enrol(login, pw)
		}
		for _, login := range []string{"kim@example.org", "nobody@example.org"} {
			for i := range 12 {
				want := api.CodeSignIn
				if i >= 10 {
					want = api.CodeTooMany
				}
				l.want(try(byte(i), login, "a password that is wrong"), want)
			}
		}
		l.want(try(200, "kim@example.org", password), api.CodeTooMany)
		l.must(l.box().enrol("kim@example.org", password))
		l.must(l.box().enrol(owner.account, password))
		home := func(login string) (n int) {
			for ; n < 20; n++ {
				if err := l.box().enrol(login, "a password that is wrong"); api.CodeOf(err) != api.CodeSignIn {
					l.want(err, api.CodeTooMany)
					return n
				}
			}
			return n
		}
		if n := home("kim@example.org"); n != 8 { // ten an hour there too
			l.Errorf("%d tries at home", n)
		}
	})
}

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
