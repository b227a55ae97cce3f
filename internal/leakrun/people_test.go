package leakrun

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
)

var ctx = context.Background()

// person is somebody with an account, a computer, and at times a phone.
type person struct {
	*rig
	n      int
	device *fastclient.Device
	number string
}

func source(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255) }

// address is one that nobody else has, in both its parts.
func address(i int, first string) string {
	return fmt.Sprintf("%s%s%d@%s.example.net", first, fastclient.Random(4), i, fastclient.Random(4))
}

// computer is a new computer with a name that can be looked for.
func (r *rig) computer(email string, i int) *fastclient.Device {
	d, err := fastclient.New(r.to, email)
	if err != nil {
		r.t.Error(err)
		return nil
	}
	d.Source, d.Disk = source(i), "disk-"+fastclient.Random(6)
	r.secret("computer's name", d.Disk)
	r.secret("key", d.KeyID(), d.Ephemeral())
	r.secret("network address", d.Source)
	return d
}

// seen adds what a computer knows by now.
func (r *rig) seen(d *fastclient.Device) {
	r.secret("account", d.Account)
	r.secret("device", d.ID)
	r.secret("chain value", d.Prev)
	if len(d.Share) > 0 {
		r.secret("share", hex.EncodeToString(d.Share), base64.RawURLEncoding.EncodeToString(d.Share))
	}
	for _, c := range fastclient.Snapshot(d.Disk).Components {
		if c.Kind == "boot-disk" {
			r.secret("serial's digest", c.Digest)
		}
	}
}

// wrong is a well-formed code that is none; it is a secret, too: people mistype.
func (r *rig) wrong() string {
	var b strings.Builder
	for range code.EmailSymbols {
		b.WriteByte(code.Crockford[rand.IntN(len(code.Crockford))])
	}
	c := code.WithCheck(b.String())
	r.code(c)
	return c
}

// want counts a reply, and complains of one that was not expected.
func (r *rig) want(what string, reply fastclient.Reply, err error, codes ...string) bool {
	if err != nil {
		r.t.Errorf("%s: %v", what, err)
		return false
	}
	said := reply.Code
	if said == "" {
		said = "done"
	}
	r.done(what + ": " + said)
	for _, c := range append(codes, "") {
		if reply.Code == c && (c != "" || reply.Err() == nil) {
			return c == ""
		}
	}
	r.t.Errorf("%s: %s", what, reply.Body)
	return false
}

// mailed types a wrong code, the code that was mailed, and the same again.
func (p *person) mailed(d *fastclient.Device, what string) {
	right, ok := p.sink.Code(d.Email, d.Challenge.Reference, time.Minute)
	if !ok {
		p.t.Errorf("%s: no code: %+v", what, d.Challenge)
		return
	}
	p.code(right)
	_, reply, err := d.Answer(ctx, p.wrong())
	p.want(what+", wrong code", reply, err, api.CodeWrong)
	_, reply, err = d.Answer(ctx, right)
	p.want(what, reply, err)
	_, reply, err = d.Answer(ctx, right)
	p.want(what+", again", reply, err, api.CodeUsed)
	p.seen(d)
}

// live does everything once.
func (r *rig) live(i int) {
	p := &person{rig: r, n: i}
	email := address(i, "kim.")
	r.secrets.AddAddress(email)
	p.device = r.computer(email, i)
	reply, err := p.device.Register(ctx)
	if !p.want("register", reply, err) {
		return
	}
	p.mailed(p.device, "register")
	for _, locked := range []bool{false, true} {
		_, reply, err := p.device.CheckIn(ctx, locked)
		p.want("check in", reply, err)
		p.seen(p.device)
	}
	p.change()
	p.mailed(p.device, "changed")
	_, err = p.device.History(ctx)
	r.must(err)
	if i%2 == 0 {
		p.phone(i%8 == 0)
	}
	p.second()
	p.stopped()
	if i%3 == 0 {
		p.unknown()
	}
	p.strange()
}

// change puts another disk in.
func (p *person) change() {
	p.device.Disk = "disk-" + fastclient.Random(6)
	p.secret("computer's name", p.device.Disk)
	_, reply, err := p.device.CheckIn(ctx, false)
	p.want("another disk", reply, err)
	p.seen(p.device)
}

// post sends what the account's settings take.
func (p *person) post(what, route string, body any, codes ...string) bool {
	reply, _, err := p.device.Insist(ctx, fastclient.Call{Method: http.MethodPost, Path: p.device.Path(route, ""), Body: body})
	ok := p.want(what, reply, err, codes...)
	if ok && bytes.Contains(reply.Body, []byte(`"challenge"`)) {
		_, err = p.device.Take(reply)
		p.must(err)
	}
	return ok
}

// phone gives the account a phone, sends codes there, and types one.
func (p *person) phone(voice bool) {
	refused := p.mobile(99)
	wrong := "no " + fastclient.Random(8)
	p.secret("password", wrong)
	p.post("phone, wrong password", api.RoutePhones, api.PhoneRequest{Number: refused, Password: wrong}, api.CodeStepUp)
	p.post("phone that is none", api.RoutePhones, api.PhoneRequest{Number: refused, Password: fastclient.Password})
	p.number = p.mobile(10 + p.n%80)
	if !p.post("phone", api.RoutePhones, api.PhoneRequest{Number: p.number, Voice: voice, Password: fastclient.Password}) {
		return
	}
	right := p.carrier.code(p.number, "")
	_, reply, err := p.device.Answer(ctx, right)
	p.want("phone", reply, err)
	channel := api.ChannelSMS
	if voice {
		channel = api.ChannelVoice
	}
	if !p.post("channel", api.RouteChannel, api.ChannelRequest{Channel: channel, Password: fastclient.Password}) {
		return
	}
	p.mailed(p.device, "channel")
	p.change()
	if p.device.Challenge.Channel != channel {
		p.t.Errorf("codes go by %s", p.device.Challenge.Channel)
	}
	st, reply, err := p.device.Answer(ctx, p.carrier.code(p.number, right))
	p.want("changed, by "+channel, reply, err)
	if err == nil && st.State != api.DeviceActivated {
		p.t.Errorf("by %s: the computer is %s, %+v", channel, st.State, st.Challenge)
	}
	p.seen(p.device)
	p.carrier.fails(p.number)
	p.post("test message", api.RouteTests, api.TestRequest{Channel: channel}, api.CodeTooMany, api.CodeSendWait)
}

// mobile makes up a number, with these two last digits, and adds it.
func (p *person) mobile(end int) string {
	countries := []string{"VN", "DE", "FR", "IT", "ES", "GB"}
	country := countries[p.n/2%len(countries)]
	for {
		n := phonenumbers.GetExampleNumberForType(country, phonenumbers.MOBILE)
		text := phonenumbers.Format(n, phonenumbers.E164)
		text = fmt.Sprintf("%s%04d%02d", text[:len(text)-6], rand.IntN(10_000), end)
		if m, err := phonenumbers.Parse(text, ""); err == nil && phonenumbers.IsValidNumber(m) && p.new(text) {
			p.secrets.AddNumber(text)
			return text
		}
	}
}

// second enrols another computer, after a wrong password.
func (p *person) second() {
	d := p.computer(p.device.Email, 1_000_000+p.n)
	wrong := "no " + fastclient.Random(8)
	p.secret("password", wrong)
	reply, _, err := d.Insist(ctx, fastclient.Call{
		Method: http.MethodPost, Path: api.RouteDevices, Body: api.EnrolRequest{Login: d.Email, Password: wrong, Device: d.NewDevice()},
	})
	p.want("enrol, wrong password", reply, err, api.CodeSignIn)
	if reply, err = d.Enrol(ctx); !p.want("enrol", reply, err) {
		return
	}
	if reply, err = d.SendAgain(ctx); err != nil || reply.Err() == nil {
		p.done("code asked for again")
	}
	p.mailed(d, "enrol")
	reply, _, err = d.Insist(ctx, fastclient.Call{Method: http.MethodPost, Path: d.Path(api.RouteSignOut, ""), Body: api.SignOutRequest{}})
	p.want("sign out", reply, err)
}

// stopped enrols one more, and follows the link of the message about it.
func (p *person) stopped() {
	d := p.computer(p.device.Email, 2_000_000+p.n)
	reply, err := d.Enrol(ctx)
	if !p.want("enrol", reply, err) {
		return
	}
	right, _ := p.sink.Code(d.Email, d.Challenge.Reference, time.Minute)
	p.code(right)
	p.seen(d)
	for _, a := range p.sink.All() {
		if a.Code == right && strings.Contains(a.Link, "/not-me/") {
			p.follow(a.Link)
		}
	}
	_, reply, err = d.Answer(ctx, right)
	if p.want("code after a link", reply, err, api.CodeUsed, api.CodeRevoked, api.CodeExpired, api.CodeNotFound) {
		p.t.Error("the code works after the link")
	}
}

// follow opens a link and presses its button.
func (p *person) follow(link string) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		r, _ := http.NewRequest(method, strings.Replace(link, origin, p.to.URL, 1), nil)
		r.Header.Set("X-Forwarded-For", source(p.n))
		resp, err := p.http.Do(r)
		if err != nil {
			p.t.Error(err)
			return
		}
		resp.Body.Close()
		p.done(fmt.Sprintf("link, %s: %d", method, resp.StatusCode))
	}
}

// unknown registers an address that the relay refuses.
func (p *person) unknown() {
	email := address(p.n, "unknown.")
	p.secrets.AddAddress(email)
	d := p.computer(email, 3_000_000+p.n)
	reply, err := d.Register(ctx)
	p.want("register, mail refused", reply, err)
	p.seen(d)
	for range 100 {
		if st, _, err := d.Look(ctx); err == nil && st.Challenge != nil && len(st.Challenge.Deliveries) > 0 && st.Challenge.Deliveries[0].State == api.DeliveryRefused {
			p.done("mail refused")
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Error("a mail was not refused")
}
