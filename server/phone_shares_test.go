package server_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// owning gives accounts whose codes go to phones of their own, numbered by a format.
func (l *lab) owning(n int, number string) []*box {
	l.Helper()
	list := l.many(n)
	for i, b := range list {
		b.ip = netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})
		b.enrolPhone(fmt.Sprintf(number, i))
		b.choose(api.ChannelSMS)
		l.clock.pass(25 * time.Minute) // phones that are enrolled count among those of others
	}
	l.clock.pass(25 * time.Hour)
	l.deliver()
	return list
}

// test has a test message sent.
func (b *box) test(channel string) error {
	r := api.TestRequest{Channel: channel}
	_, err := b.svc.TestWay(ctx, b.caller("tests", r), r)
	return err
}

// TestAFewAccountsStopNoCountry: five people with phones of their own use up what an
// account may send in a day, and type nothing.
func TestAFewAccountsStopNoCountry(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		few := l.owning(5, "+8491%d340111")
		sends := 0
		for range 30 {
			for _, b := range few {
				if b.test(api.ChannelSMS) == nil {
					sends++
				}
			}
			l.clock.pass(20 * time.Minute)
		}
		l.deliver()
		t.Logf("five accounts had %d messages sent in ten hours that nobody typed", sends)
		if sends != 50 {
			t.Errorf("%d sent", sends)
		}
		if ch := owner.changed("d9"); ch.Channel != api.ChannelSMS || count(l.deliver(), api.ChannelSMS) != 1 {
			t.Fatalf("the owner's code goes by %s", ch.Channel)
		}
		_, _, err := owner.answer(l.code())
		l.must(err)
	})
}

// TestManyAccountsStopACountry: what many people's phones do not get shows that the
// country is not reached, or that somebody is paid for it; and one phone at many
// accounts counts once.
func TestManyAccountsStopACountry(t *testing.T) {
	one(t, func(l *server.Limits) { l.CountryJudgedFrom = 10 }, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		many := l.owning(9, "+8491%d340111")
		for _, b := range many {
			l.must(b.test(api.ChannelSMS))
		}
		if owner.changed("d9").Channel != api.ChannelSMS { // nine and one
			t.Fatal("nine accounts stopped a country that is judged from ten")
		}
		_, _, err := owner.answer(l.code())
		l.must(err)
		if ch := owner.changed("d10"); ch.Channel != api.ChannelEmail {
			t.Fatalf("one code of ten was typed, and the next goes by %s", ch.Channel)
		}
		_, _, err = owner.answer(l.code())
		l.must(err)
		l.clock.pass(25 * time.Hour)
		if ch := owner.changed("d11"); ch.Channel != api.ChannelSMS {
			t.Fatal(ch.Channel)
		}
	})
}

// TestAFewAccountsStopNoPrefix: what one owner sends in an hour counts once for all
// the phones whose numbers differ in the last digits only.
func TestAFewAccountsStopNoPrefix(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		few := l.owning(5, phoneVN[:len(phoneVN)-4]+"600%d")
		sends := 0
		for range 5 {
			for _, b := range few {
				if b.test(api.ChannelSMS) == nil {
					sends++
				}
			}
			l.clock.pass(5 * time.Minute)
		}
		if sends != 25 {
			t.Errorf("%d sent", sends)
		}
		if ch := owner.changed("d9"); ch.Channel != api.ChannelSMS {
			t.Fatalf("the owner's code goes by %s", ch.Channel)
		}
	})
}

// TestAPrefixHasALimitForOwnersToo: so many phones of one prefix as may be sent to in
// an hour, each as often as it may.
func TestAPrefixHasALimitForOwnersToo(t *testing.T) {
	one(t, func(l *server.Limits) { l.PrefixSendsHour = 6 }, func(l *lab) {
		many := l.owning(7, phoneVN[:len(phoneVN)-4]+"600%d")
		for i, b := range many {
			if err := b.test(api.ChannelSMS); (err == nil) != (i < 6) {
				t.Errorf("phone %d: %v", i, err)
			}
		}
		l.must(many[0].test(api.ChannelSMS)) // counted already
		l.want(many[6].test(api.ChannelSMS), api.CodeSendWait)
		l.clock.pass(61 * time.Minute)
		l.must(many[6].test(api.ChannelSMS))
	})
}
