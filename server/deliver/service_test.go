package deliver

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// office is the real service over a real database, with one computer.
type office struct {
	t      *testing.T
	svc    *server.Service
	clock  *clock
	keyid  string
	key    api.Key
	device string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: newClock()}
	var err error
	o.svc, err = server.New(server.Config{
		Store: storetest.SQLite(t).Open(), Now: o.clock.Now, Master: server.NewSealer([32]byte{7}),
		Origin: "https://keys.example.org", Sender: theSender, Subject: Subject,
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	o.key = sign.FromPublic(&key.PublicKey)
	if o.keyid, err = sign.Thumbprint(o.key); err != nil {
		t.Fatal(err)
	}
	return o
}

func someHex(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}

func (o *office) caller(route string) server.Caller {
	return server.Caller{
		KeyID: o.keyid, Nonce: someHex(16), Created: o.clock.Now(), IP: netip.MustParseAddr("203.0.113.7"),
		IdempotencyKey: someHex(8), Route: route, BodyHash: sha256.Sum256([]byte(someHex(8))), DeviceID: o.device,
	}
}

var classes = map[string]string{
	"install-id": "os", "os-release": "os", "kernel": "os", "root-fs": "os", "firmware": "firmware", "secure-boot": "firmware",
	"gpu-driver": "driver", "module": "driver", "package": "sysapp", "security-agent": "sysapp",
}

// computer is a physical computer that reports all it must.
func computer() api.Snapshot {
	s := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	for _, kind := range server.Required("linux") {
		c := api.Component{Class: classes[kind], Kind: kind, State: api.StateAbsent}
		if c.Class == "" {
			c.Class = "hardware"
		}
		if kind != "hypervisor" {
			sum := sha256.Sum256([]byte(kind))
			c.State, c.Digest = api.StatePresent, hex.EncodeToString(sum[:16])
		}
		s.Components = append(s.Components, c)
	}
	slices.SortFunc(s.Components, func(a, b api.Component) int { return strings.Compare(a.Class+" "+a.Kind, b.Class+" "+b.Kind) })
	return s
}

func (o *office) register() api.Challenge {
	o.t.Helper()
	reply, err := o.svc.Register(o.t.Context(), o.caller("register"), api.RegisterRequest{
		Email: "kim.nguyen@example.org", Password: "a horse corrects the battery", Language: "ru",
		Device: api.NewDevice{Key: o.key, Name: "LAPTOP-7", Snapshot: computer(), Next: someHex(16)},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.device = reply.DeviceID
	return reply.Challenge
}

func (o *office) answer(ref, typed string) error {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	_, err = o.svc.Answer(o.t.Context(), o.caller("answer"), ref, api.AnswerRequest{
		Code: typed, Snapshot: computer(), Ephemeral: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
	})
	return err
}

// deliveries are those of the challenge as the window would show them.
func (o *office) deliveries(ref string) []api.Delivery {
	o.t.Helper()
	ch, err := o.svc.Challenge(o.t.Context(), o.caller("challenge"), ref)
	if err != nil {
		o.t.Fatal(err)
	}
	return ch.Deliveries
}

func (o *office) deliver(s Sender) {
	o.t.Helper()
	w, err := NewWorker(Config{Queue: o.svc, Sender: s, Now: o.clock.Now, Name: "one", Poll: 20 * time.Millisecond})
	if err != nil {
		o.t.Fatal(err)
	}
	run(o.t, w)
}

// codeIn gives the code of a mail as a peer got it.
func codeIn(t *testing.T, raw string) string {
	t.Helper()
	m, err := delivertest.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m.Code
}

// TestSeventyMinutesOfGreylisting, with the real service: the person sees why
// it takes so long, and the code works for an hour after the hand-over.
func TestSeventyMinutesOfGreylisting(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{59 * time.Minute, ""}, {61 * time.Minute, api.CodeExpired}} {
		o := newOffice(t)
		over := start.Add(70 * time.Minute)
		p := startPeer(t, func(p *peer, _ *smtp.Server) {
			p.onRcpt = func(int) error {
				if o.clock.Now().Before(over) {
					return say(451, 4, 7, 1, "greylisted")
				}
				return nil
			}
		})
		o.deliver(newSMTP(t, SMTPOptions{URL: p.address}))
		ref := o.register().Reference
		for o.clock.Now().Before(over) {
			eventually(t, "put off", func() bool { d := o.deliveries(ref); return d[0].State == api.DeliveryPutOff })
			d := o.deliveries(ref)[0]
			if d.Detail != "451 4.7.1 greylisted" || d.NextTry == "" || !strings.HasSuffix(d.MessageID, "@keys.example.org") {
				t.Fatalf("%+v", d)
			}
			o.clock.add(35 * time.Minute)
		}
		eventually(t, "handed over", func() bool { return o.deliveries(ref)[0].State == api.DeliveryHandedOver })
		o.clock.add(c.after)
		if err := o.answer(ref, codeIn(t, p.got[0])); api.CodeOf(err) != c.want {
			t.Errorf("%v after hand-over: %v", c.after, err)
		}
	}
}

// TestARefusedAddressIsSaid, with the real service.
func TestARefusedAddressIsSaid(t *testing.T) {
	o := newOffice(t)
	p := startPeer(t, func(p *peer, _ *smtp.Server) { atRcpt(p, say(550, 5, 1, 1, "no kim.nguyen@example.org here")) })
	o.deliver(newSMTP(t, SMTPOptions{URL: p.address}))
	ref := o.register().Reference
	eventually(t, "refused", func() bool { return o.deliveries(ref)[0].State == api.DeliveryRefused })
	if d := o.deliveries(ref)[0]; d.Detail != "550 5.1.1 no (hidden) here" {
		t.Errorf("%+v", d)
	}
}

// TestTheSubjectIsWhatTheWindowNames, and the local outbox shows the same code
// that works.
func TestTheSubjectIsWhatTheWindowNames(t *testing.T) {
	o := newOffice(t)
	box := &Outbox{}
	o.deliver(box)
	ch := o.register()
	eventually(t, "in the outbox", func() bool { return len(box.Messages()) == 1 })
	m := box.Messages()[0]
	if m.Subject != ch.Subject || m.Reference != ch.Reference || m.To != "kim.nguyen@example.org" {
		t.Errorf("%+v\n%+v", m, ch)
	}
	if err := o.answer(ch.Reference, m.Code); err != nil {
		t.Error(err)
	}
	eventually(t, "the notice", func() bool { return len(box.Messages()) == 2 })
	if n := box.Messages()[1]; n.Kind != server.NoticeActivated || n.Code != "" || n.Reference == "" {
		t.Errorf("%+v", n)
	}
}
