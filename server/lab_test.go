package server_test

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// lab is a service over a real database with a worker that a test turns by hand.
type lab struct {
	testing.TB
	svc   *server.Service
	db    storetest.Database
	clock *clock
	mail  []server.Message
}

const password = "a horse corrects the battery"

var ctx = context.Background()

// each runs a test over both databases.
func each(t *testing.T, fn func(l *lab)) {
	if testing.Short() { // under the race detector: the store's own tests race both databases
		t.Run("sqlite", func(t *testing.T) { fn(newLab(t, storetest.SQLite(t), nil)) })
		return
	}
	storetest.Each(t, func(t *testing.T, d storetest.Database) { fn(newLab(t, d, nil)) })
}

// longAlone leaves a test out under the race detector: it is long, and nothing in it
// happens at once.
func longAlone(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: long, and nothing in it happens at once")
	}
}

func newLab(t testing.TB, d storetest.Database, change func(*server.Limits)) *lab {
	t.Helper()
	l := &lab{TB: t, db: d, clock: &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	l.svc = l.service(change)
	return l
}

// service gives one more service over the same database, as another process.
func (l *lab) service(change func(*server.Limits), opts ...store.Option) *server.Service {
	l.Helper()
	limits := server.DefaultLimits()
	if change != nil {
		change(&limits)
	}
	s, err := server.New(server.Config{
		Store: l.db.Open(opts...), Now: l.clock.now, Master: server.NewSealer([32]byte{1, 2, 3}),
		Origin: "https://holdfast.example.org", Sender: "codes@holdfast.example.org", Limits: limits,
		Phones: server.Phones{Channels: []string{api.ChannelSMS, api.ChannelVoice}, VoiceCountries: []string{server.AnyCountry}},
	})
	if err != nil {
		l.Fatal(err)
	}
	return s
}

// deliver hands over everything that is due and keeps it.
func (l *lab) deliver() []server.Message {
	l.Helper()
	list, err := l.svc.ClaimMessages(ctx, "worker", 100)
	if err != nil {
		l.Fatal(err)
	}
	for _, m := range list {
		if err := l.svc.MessageSent(ctx, m.ID, "250 2.0.0 Ok", ""); err != nil {
			l.Fatal(err)
		}
	}
	l.mail = append(l.mail, list...)
	return list
}

// code delivers and gives the newest code of all.
func (l *lab) code() string {
	l.Helper()
	l.deliver()
	for i := len(l.mail) - 1; i >= 0; i-- {
		if l.mail[i].Code != "" {
			return l.mail[i].Code
		}
	}
	l.Fatal("no code was sent")
	return ""
}

// kinds lists what was delivered.
func kinds(list []server.Message) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Kind)
	}
	return strings.Join(out, " ")
}

// box is a computer with a client that does everything right.
type box struct {
	l         *lab
	svc       *server.Service
	key       *ecdsa.PrivateKey
	keyid     string
	ip        netip.Addr
	account   string
	id        string
	prev      string
	computer  server.Computer
	challenge api.Challenge
	// generation is that of the vault's server slot; claim speaks for the
	// computer when its key is lost.
	generation int
	claim      ed25519.PrivateKey
	hardware   string
	// sent is told the hash of each request's body, where it is not nil.
	sent func(body [sha256.Size]byte)
}

func (l *lab) box() *box {
	l.Helper()
	b := &box{l: l, svc: l.svc, ip: netip.MustParseAddr("203.0.113.7"), computer: server.Laptop()}
	b.newKey()
	return b
}

func (b *box) newKey() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.l.Fatal(err)
	}
	b.key = key
	if b.keyid, err = sign.Thumbprint(b.public()); err != nil {
		b.l.Fatal(err)
	}
}

func (b *box) public() api.Key { return sign.FromPublic(&b.key.PublicKey) }

func random(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out)
	return out
}

func chainValue() string { return hex.EncodeToString(random(16)) }

// caller is one signed request, each with its own nonce and idempotency key.
func (b *box) caller(route string, body any) server.Caller {
	raw, err := json.Marshal(body)
	if err != nil {
		b.l.Fatal(err)
	}
	if b.sent != nil {
		b.sent(sha256.Sum256(raw))
	}
	return server.Caller{
		KeyID: b.keyid, Nonce: base64.RawURLEncoding.EncodeToString(random(16)), Created: b.l.clock.now(), IP: b.ip,
		IdempotencyKey: hex.EncodeToString(random(8)), Route: route, BodyHash: sha256.Sum256(raw), DeviceID: b.id,
	}
}

func (b *box) newDevice() api.NewDevice {
	b.prev = chainValue()
	return api.NewDevice{Key: b.public(), Name: "Kim's laptop", Snapshot: b.computer.Snapshot(), Next: b.prev, Hardware: b.hardware}
}

func (b *box) register(email string) error {
	r := api.RegisterRequest{Email: email, Password: password, Language: "en", Device: b.newDevice()}
	reply, err := b.svc.Register(ctx, b.caller("register", r), r)
	return b.enrolled(reply, err)
}

func (b *box) enrol(login, pw string) error {
	r := api.EnrolRequest{Login: login, Password: pw, Device: b.newDevice()}
	reply, err := b.svc.Enrol(ctx, b.caller("enrol", r), r)
	return b.enrolled(reply, err)
}

func (b *box) enrolled(reply api.EnrolReply, err error) error {
	if err == nil {
		b.account, b.id, b.challenge = reply.Account, reply.DeviceID, reply.Challenge
	}
	return err
}

// checkIn reports the computer as it is and moves the chain on.
func (b *box) checkIn() (api.DeviceReply, error) { return b.checkInAs(false) }

func (b *box) checkInAs(locked bool) (api.DeviceReply, error) {
	r, key := b.report(locked)
	reply, err := b.svc.CheckIn(ctx, b.caller("check-in", r), r)
	if err == nil {
		b.prev = r.Next
		b.took(reply, key)
	}
	return reply, err
}

func (b *box) report(locked bool) (api.CheckInRequest, *ecdh.PrivateKey) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		b.l.Fatal(err)
	}
	return api.CheckInRequest{
		Snapshot: b.computer.Snapshot(), Prev: b.prev, Next: chainValue(), Locked: locked, Generation: b.generation,
		Ephemeral: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
	}, key
}

func (b *box) took(reply api.DeviceReply, key *ecdh.PrivateKey) []byte {
	if reply.Challenge != nil {
		b.challenge = *reply.Challenge
	}
	if reply.Release == nil {
		return nil
	}
	return b.open(*reply.Release, key)
}

// open opens a release as a client does.
func (b *box) open(r api.Release, key *ecdh.PrivateKey) []byte {
	b.l.Helper()
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		b.l.Fatal(err)
	}
	enc, _ := base64.RawURLEncoding.DecodeString(r.Enc)
	sealed, _ := base64.RawURLEncoding.DecodeString(r.Sealed)
	rec, err := hpke.NewRecipient(enc, private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("holdfast release v1"))
	if err != nil {
		b.l.Fatal(err)
	}
	share, err := rec.Open([]byte(b.id), sealed)
	if err != nil {
		b.l.Fatal(err)
	}
	return share
}

// answer types a code for the box's challenge and gives the released share.
func (b *box) answer(typed string) (api.DeviceReply, []byte, error) {
	reply, key, err := b.typed(typed)
	if err != nil {
		return reply, nil, err
	}
	return reply, b.took(reply, key), nil
}

// typed is answer with what opens the shares of the reply.
func (b *box) typed(code string) (api.DeviceReply, *ecdh.PrivateKey, error) {
	r, key := b.answerRequest(code)
	reply, err := b.svc.Answer(ctx, b.caller("answer", r), b.challenge.Reference, r)
	return reply, key, err
}

func (b *box) answerRequest(typed string) (api.AnswerRequest, *ecdh.PrivateKey) {
	report, key := b.report(true)
	r := api.AnswerRequest{Code: typed, Snapshot: report.Snapshot, Ephemeral: report.Ephemeral, Generation: b.generation}
	if b.claim != nil {
		r.Claim = base64.RawURLEncoding.EncodeToString(b.claim.Public().(ed25519.PublicKey))
	}
	return r, key
}

// activated gives a box that registered and typed its code.
func (l *lab) activated(email string) *box {
	l.Helper()
	b := l.box()
	if err := b.register(email); err != nil {
		l.Fatal(err)
	}
	if _, _, err := b.answer(l.code()); err != nil {
		l.Fatal(err)
	}
	return b
}

// wrongCode gives a well-formed code that is not one of those given.
func wrongCode(not ...string) string {
	for {
		var b strings.Builder
		for _, x := range random(code.EmailSymbols) {
			b.WriteByte(code.Crockford[int(x)%len(code.Crockford)])
		}
		c := code.WithCheck(b.String())
		if !strings.Contains(strings.Join(not, " "), c) {
			return c
		}
	}
}

// want fails unless an error has a code.
func (l *lab) want(err error, want string) *api.Error {
	l.Helper()
	if got := api.CodeOf(err); got != want {
		l.Fatalf("got %q (%v), want %q", got, err, want)
	}
	var e *api.Error
	_ = errors.As(err, &e)
	return e
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}
