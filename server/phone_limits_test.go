package server_test

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// one runs a test over SQLite, with limits changed: what is counted, and how, is
// the same on both databases.
func one(t *testing.T, change func(*server.Limits), fn func(l *lab)) {
	fn(newLab(t, storetest.SQLite(t), change))
}

// many gives activated accounts, made at once: each has its own source.
func (l *lab) many(n int) []*box {
	l.Helper()
	var list []*box
	for i := range n {
		b := l.box()
		b.ip = netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		l.must(b.register(fmt.Sprintf("p%d@example.org", i)))
		if _, _, err := b.answer(l.code()); err != nil {
			l.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

// TestOnePhoneFromManyAccounts: whoever the accounts belong to, one phone gets half
// of its limit from those whose phone it is not, and its owner always has the rest.
func TestOnePhoneFromManyAccounts(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		accounts := 10
		if os.Getenv("HOLDFAST_FULL") == "1" {
			accounts = 50
		}
		sends, refused := 0, 0
		for _, b := range l.many(accounts) {
			_, err := b.requestPhone(phoneVN, password, false)
			switch api.CodeOf(err) {
			case "":
				sends++
			case api.CodeTooMany:
				refused++
			default:
				t.Fatal(err)
			}
			l.deliver()
		}
		t.Logf("%d accounts asked for codes to one phone within ten minutes: %d sent, %d refused", accounts, sends, refused)
		if sends != 2 || refused != accounts-2 {
			t.Errorf("%d sent", sends)
		}
		ch := owner.changed("d9")
		if ch.Channel != api.ChannelSMS || len(ch.Deliveries) != 1 || ch.Deliveries[0].State != api.DeliveryQueued {
			t.Errorf("the owner's own code: %+v", ch)
		}
		_, _, err := owner.answer(l.code())
		l.must(err)
	})
}

// TestADayOfSendsToOnePhone counts what strangers get through in a day, and then
// that the owner still has half.
func TestADayOfSendsToOnePhone(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		strangers := l.many(4)
		sends := 0
		for hour := range 24 {
			b := strangers[hour%len(strangers)]
			for range 1 + hour%2 {
				if _, err := b.requestPhone(phoneVN, password, false); err == nil && len(b.challenge.Deliveries) > 0 {
					sends += count(l.deliver(), api.ChannelSMS)
				}
				l.clock.pass(30 * time.Minute)
			}
		}
		own := 0
		for i := range 6 {
			owner.changed(fmt.Sprintf("d%d", 20+i))
			own += count(l.deliver(), api.ChannelSMS)
			if _, _, err := owner.answer(l.code()); err != nil {
				t.Fatal(err)
			}
			l.clock.pass(10 * time.Minute)
		}
		t.Logf("in a day strangers had %d text messages sent, the owner then %d more in an hour", sends, own)
		if sends != 5 || own != 5 {
			t.Errorf("sends %d, own %d", sends, own)
		}
	})
}

func count(list []server.Message, channel string) int {
	n := 0
	for _, m := range list {
		if m.Channel == channel && m.Code != "" {
			n++
		}
	}
	return n
}

// TestSixCountriesFromOneSource: a source may have codes sent to five.
func TestSixCountriesFromOneSource(t *testing.T) {
	one(t, func(l *server.Limits) { l.PhonesPerDay, l.SendsPerHour, l.SendsPerDay = 20, 20, 50 }, func(l *lab) {
		b := l.activated("kim@example.org")
		var codes []string
		for _, number := range []string{phoneVN, phoneDE, phoneGB, phoneFR, phoneIT, phoneES, phoneVN2, phonePL} {
			_, err := b.requestPhone(number, password, false)
			codes = append(codes, api.CodeOf(err))
			l.clock.pass(2 * time.Hour)
		}
		t.Logf("VN DE GB FR IT ES VN PL from one source: %q", codes)
		want := []string{"", "", "", "", "", api.CodeTooMany, "", api.CodeTooMany}
		if fmt.Sprint(codes) != fmt.Sprint(want) {
			t.Errorf("%q", codes)
		}
		b.ip = netip.MustParseAddr("2001:db8::1")
		_, err := b.requestPhone(phonePL, password, false)
		l.must(err) // from elsewhere
		b.ip = netip.MustParseAddr("203.0.113.7")
		l.clock.pass(25 * time.Hour)
		_, err = b.requestPhone(phoneES, password, false)
		l.must(err) // the next day
	})
}

func TestNumbersThatAreRefused(t *testing.T) {
	one(t, nil, func(l *lab) {
		b := l.activated("kim@example.org")
		for number, want := range map[string]string{
			"+4990012345678":   api.CodePhone, // premium
			"+449012345678":    api.CodePhone,
			"+19005551234":     api.CodePhone,
			"+448451234567":    api.CodePhone, // shared cost
			"+4918012345":      api.CodePhone,
			"+18005551234":     api.CodePhone, // freephone
			"+445612345678":    api.CodePhone, // over the internet
			"+883510000000094": api.CodePhone, // of no country
			"+881612345678":    api.CodePhone,
			"0912345678":       api.CodePhone,
			"+84":              api.CodePhone,
			"+84912345678,1":   api.CodePhone,
			"+8491234567890":   api.CodePhone,
			"+84912345678\r\n": api.CodePhone,
			landlineDE:         api.CodePhone,
		} {
			_, err := b.requestPhone(number, password, false)
			if api.CodeOf(err) != want {
				t.Errorf("%q: %v", number, err)
			}
		}
		_, err := b.requestPhone(landlineDE, password, true) // but it can be called
		l.must(err)
		_, _, err = b.answer(l.code())
		l.must(err)
		if s := b.security(); ways(s.Ways) != "email* voice…" {
			t.Error(ways(s.Ways))
		}
	})
}

// TestACountryWhoseCodesNobodyTypes is closed for others, and goes on for owners.
func TestACountryWhoseCodesNobodyTypes(t *testing.T) {
	change := func(l *server.Limits) {
		l.CountryJudgedFrom, l.PhonesPerDay, l.PhoneSourceHour, l.PrefixSendsHour, l.SendsPerHour, l.SendsPerDay = 10, 20, 10_000, 1000, 20, 50
	}
	one(t, change, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		strangers := l.many(4)
		sends := 0
		var last error
		for i := range 12 {
			b := strangers[i%len(strangers)]
			_, last = b.requestPhone(fmt.Sprintf("+8491%d340%03d", i%10, 100+i), password, false)
			if last == nil {
				sends += count(l.deliver(), api.ChannelSMS)
			}
			l.clock.pass(time.Minute)
		}
		e := l.want(last, api.CodeCountry)
		if sends != 10 || e.RetryAt.IsZero() || e.RetryAt.After(l.clock.now().Add(24*time.Hour)) {
			t.Errorf("%d sent, again at %s", sends, e.RetryAt)
		}
		if ch := owner.changed("d9"); ch.Channel != api.ChannelSMS || count(l.deliver(), api.ChannelSMS) != 1 {
			t.Errorf("the owner: %+v", ch)
		}
		_, err := strangers[0].requestPhone(phoneDE, password, false) // another country
		l.must(err)
		l.clock.pass(e.RetryAt.Sub(l.clock.now()))
		_, err = strangers[1].requestPhone("+84919999998", password, false)
		l.must(err)
	})
}

func TestBudgetPrefixAndCalls(t *testing.T) {
	change := func(l *server.Limits) {
		l.CountrySendsDay, l.PhonesPerDay, l.PrefixSendsHour, l.PhoneSourceHour = 20, 20, 4, 10_000
	}
	one(t, change, func(l *lab) {
		list := l.many(3)
		outcome := map[string]int{}
		for i := range 12 { // numbers that differ in the last digits
			_, err := list[i%3].requestPhone(fmt.Sprintf("+84912340%03d", i), password, false)
			outcome[api.CodeOf(err)]++
		}
		if outcome[""] != 2 || outcome[api.CodeTooMany] != 10 {
			t.Errorf("one prefix: %v", outcome)
		}
		l.clock.pass(2 * time.Hour)
		outcome = map[string]int{}
		for i := range 12 {
			_, err := list[i%3].requestPhone(fmt.Sprintf("+8491%d340%03d", i%10, 200+i), password, i%2 == 0)
			outcome[api.CodeOf(err)]++
			l.clock.pass(30 * time.Minute)
		}
		t.Logf("a budget of 20 a day, of which others have 10: 2 earlier, then %v", outcome)
		if outcome[""] != 8 || outcome[api.CodeCountry] != 4 {
			t.Errorf("one country: %v", outcome)
		}
	})
}

// TestStrangersCannotUseUpTheOwnersTries: wrong passwords elsewhere, codes asked for
// elsewhere, wrong codes elsewhere: the owner's computer goes on.
func TestStrangersCannotUseUpTheOwnersTries(t *testing.T) {
	one(t, nil, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		for i := range 40 {
			s := l.box()
			s.ip = netip.AddrFrom4([4]byte{198, 18, 9, byte(i)})
			if err := s.enrol("kim@example.org", "a password that is wrong"); api.CodeOf(err) != api.CodeSignIn && api.CodeOf(err) != api.CodeTooMany {
				t.Fatal(err)
			}
		}
		l.clock.pass(2 * time.Hour)
		for range 3 {
			thief := l.box()
			if thief.enrol(owner.account, password) != nil {
				break
			}
			for range 5 {
				_, _, _ = thief.answer(wrongCode())
				l.clock.pass(10 * time.Minute)
			}
		}
		l.deliver()
		_, err := owner.requestChannel(api.ChannelVoice)
		l.must(err)
		_, _, err = owner.answer(l.code())
		l.must(err)
		ch := owner.changed("d9")
		if ch.Channel != api.ChannelVoice || count(l.deliver(), api.ChannelVoice) != 1 {
			t.Fatalf("%+v", ch)
		}
		_, _, err = owner.answer(l.code())
		l.must(err)
	})
}
