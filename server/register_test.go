package server_test

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// shape is a reply without what differs by chance.
func shape(c api.Challenge) api.Challenge {
	c.Reference, c.Subject = "", ""
	for i := range c.Deliveries {
		c.Deliveries[i].MessageID, c.Deliveries[i].Destination = "", ""
	}
	for i := range c.Ways {
		c.Ways[i].Destination = ""
	}
	return c
}

func TestATakenAddressLooksLikeAFreeOne(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		l.deliver()
		free, taken := l.box(), l.box()
		l.must(free.register("lee@example.org"))
		l.must(taken.register("Kim@example.org"))
		free.challenge.Destination, taken.challenge.Destination = "", ""
		if !reflect.DeepEqual(shape(free.challenge), shape(taken.challenge)) || taken.account == owner.account {
			l.Errorf("they differ:\n%+v\n%+v", free.challenge, taken.challenge)
		}
		sent := l.deliver()
		if kinds(sent) != "code.register notice.exists" || sent[1].Code != "" || sent[1].To != "Kim@example.org" || sent[1].Account != "" {
			l.Fatalf("sent %+v", sent)
		}
		see := func(b *box) api.Challenge {
			c, err := l.svc.Challenge(ctx, b.caller("", nil), b.challenge.Reference)
			l.must(err)
			c.Destination = ""
			return shape(c)
		}
		if a, b := see(free), see(taken); !reflect.DeepEqual(a, b) {
			l.Errorf("after hand-over they differ:\n%+v\n%+v", a, b)
		}
		for _, b := range []*box{free, taken} {
			_, _, err := b.answer(wrongCode(sent[0].Code))
			l.want(err, api.CodeWrong)
		}
		_, _, err := taken.answer(sent[0].Code)
		l.want(err, api.CodeWrong)
		_, _, err = free.answer(sent[0].Code)
		l.must(err)
		if k := kinds(l.deliver()); k != "notice.activated" {
			l.Errorf("then sent %q", k)
		}
	})
}

func TestTwoRegistrationsOfOneAddressFirstConfirmedWins(t *testing.T) {
	each(t, func(l *lab) {
		a, b := l.box(), l.box()
		l.must(a.register("kim@example.org"))
		codeA := l.code()
		l.must(b.register("kim@example.org"))
		codeB := l.code()
		_, _, err := a.answer(codeA)
		l.must(err)
		l.deliver()
		l.clock.pass(2 * time.Minute)
		_, _, err = b.answer(codeB)
		l.want(err, api.CodeExpired)
		if k := kinds(l.deliver()); k != "notice.exists" {
			l.Errorf("sent %q", k)
		}
		_, _, err = b.answer(codeB)
		l.want(err, api.CodeWrong)
	})
}

func TestRegisteringAgainWithTheSameKeyGoesOn(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		account, ref := b.account, b.challenge.Reference
		l.must(b.register("kim@example.org"))
		if b.account != account || b.challenge.Reference != ref {
			l.Error("a lost answer made a second account")
		}
		l.must(b.register("lee@example.org")) // the address was mistyped
		sent := l.deliver()
		if b.account == account || len(sent) != 1 || sent[0].To != "lee@example.org" {
			l.Errorf("corrected address: %+v", sent)
		}
		_, _, err := b.answer(l.code())
		l.must(err)
		l.want(b.register("lee@example.org"), api.CodeAlreadyEnrolled)
	})
}

func TestWhatRegisterRefuses(t *testing.T) {
	l := newLab(t, sqlite(t), nil)
	b := l.box()
	good := func() api.RegisterRequest {
		return api.RegisterRequest{Email: "kim@example.org", Password: password, Language: "vi", Device: b.newDevice()}
	}
	for name, tt := range map[string]struct {
		want   string
		change func(*api.RegisterRequest)
	}{
		"no @":              {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Email = "kim" }},
		"two addresses":     {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Email = "a@example.org,b@example.org" }},
		"CR/LF":             {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Email = "a@example.org\r\nBcc: b@example.org" }},
		"a name before it":  {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Email = "Kim <kim@example.org>" }},
		"no domain":         {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Email = "kim@-.org" }},
		"short":             {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = "fourteen chars" }},
		"well known":        {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = "Correct horse battery staple" }},
		"repeated":          {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = strings.Repeat("ab", 12) }},
		"too long":          {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = strings.Repeat("long words ", 20) }},
		"unprintable":       {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = password + "\x07" }},
		"its own address":   {api.CodePasswordWeak, func(r *api.RegisterRequest) { r.Password = "kim@example.org" }},
		"language":          {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Language = "de" }},
		"name":              {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Name = "a\nb" }},
		"no name":           {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Name = "  " }},
		"chain value":       {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Next = "xyz" }},
		"somebody's key":    {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Key = l.box().public() }},
		"schema":            {api.CodeSchemaUnknown, func(r *api.RegisterRequest) { r.Device.Snapshot.Schema = 99 }},
		"platform":          {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Snapshot.Platform = "plan9" }},
		"a kind is missing": {api.CodeSnapshotPartial, func(r *api.RegisterRequest) { r.Device.Snapshot.Components = r.Device.Snapshot.Components[1:] }},
		"a raw value":       {api.CodeInvalidValue, func(r *api.RegisterRequest) { r.Device.Snapshot.Components[0].Digest = "S3R1AL" }},
	} {
		r := good()
		tt.change(&r)
		_, err := l.svc.Register(ctx, b.caller("register", r), r)
		if got := api.CodeOf(err); got != tt.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, tt.want)
		}
	}
	r := good()
	_, err := l.svc.Register(ctx, b.caller("register", r), r)
	l.must(err)
}

func TestSignInIsThrottledAndSaysNothing(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		try := func(ip, login, pw string) error {
			b := l.box()
			b.ip = netip.MustParseAddr(ip)
			return b.enrol(login, pw)
		}
		for i := range 10 {
			login := []string{"kim@example.org", owner.account}[i%2]
			l.want(try("198.51.100.9", login, "not the password at all"), api.CodeSignIn)
		}
		l.want(try("198.51.100.8", "kim@example.org", password), api.CodeTooMany)
		l.want(try("198.51.100.8", owner.account, password), api.CodeTooMany)
		for range 10 {
			l.want(try("2001:db8::1", "nobody@example.org", password), api.CodeSignIn)
		}
		l.want(try("2001:db8::2", "nobody@example.org", password), api.CodeTooMany)
		for i := range 19 {
			l.want(try("2001:db8::3", "nobody"+strings.Repeat("x", i)+"@example.com", password), api.CodeSignIn)
		}
		e := l.want(try("2001:db8::ffff", "nobody@example.net", password), api.CodeTooMany)
		if e.RetryAt.Sub(l.clock.now()) != time.Hour {
			l.Errorf("retry at %s", e.RetryAt)
		}
		l.clock.pass(time.Hour + time.Second)
		l.must(try("2001:db8::1", owner.account, password))
	})
}

func TestPlaces(t *testing.T) {
	each(t, func(l *lab) {
		l.svc = l.service(func(m *server.Limits) { m.ActiveDevices, m.SendsPerHour, m.SendsPerDay = 3, 20, 50 })
		a := l.activated("kim@example.org")
		var boxes []*box
		for range 3 {
			b := l.box()
			l.must(b.enrol(a.account, password))
			boxes = append(boxes, b)
		}
		l.want(l.box().enrol(a.account, password), api.CodeNoPlaces)
		l.deliver()
		codes := map[string]string{}
		for _, m := range l.mail {
			codes[m.Reference] = m.Code
		}
		for i, b := range boxes {
			_, _, err := b.answer(codes[b.challenge.Reference])
			if want := map[bool]string{true: api.CodeNoPlaces}[i == 2]; api.CodeOf(err) != want {
				l.Errorf("computer %d: %v", i, err)
			}
		}
		l.must(l.svc.SignOut(ctx, boxes[0].caller("sign-out", nil)))
		_, _, err := boxes[2].answer(codes[boxes[2].challenge.Reference])
		l.must(err)
	})
}

func TestAClientThatLostItsStateStartsAnewWithItsKey(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		was := b.id
		l.must(b.enrol("kim@example.org", password))
		if b.id != was || b.challenge.Reason != api.ReasonEnrol {
			l.Errorf("got %+v", b.challenge)
		}
		if reply, err := b.checkIn(); err != nil || reply.State != api.DevicePending {
			l.Errorf("a password alone activated: %+v %v", reply, err)
		}
		_, share, err := b.answer(l.code())
		l.must(err)
		if len(share) != 32 {
			l.Error("no share")
		}
	})
}

func TestSweepForgets(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.activated("kim@example.org")
		pending, further := l.box(), l.box()
		l.must(pending.register("lee@example.org"))
		l.must(further.enrol(owner.account, password))
		l.clock.pass(71 * time.Hour)
		_, err := l.svc.Sweep(ctx)
		l.must(err)
		_, err = pending.checkIn()
		l.must(err)
		l.clock.pass(71 * time.Hour)
		n, err := l.svc.Sweep(ctx)
		l.must(err)
		if n == 0 {
			l.Error("nothing was swept")
		}
		_, err = further.checkIn()
		l.want(err, api.CodeUnknownKey)
		_, err = pending.checkIn()
		l.must(err)
		l.clock.pass(73 * time.Hour)
		_, err = l.svc.Sweep(ctx)
		l.must(err)
		_, err = pending.checkIn()
		l.want(err, api.CodeUnknownKey)
		_, err = owner.checkIn()
		l.must(err)
		l.must(l.svc.VerifyAudit(ctx, owner.account))
	})
}
