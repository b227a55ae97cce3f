package server

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"runtime"
	"sync/atomic"
	"time"
)

// Config is what a Service is made of. Store, Now, Master and Origin must be
// given.
type Config struct {
	Store Store
	// Now is the clock; Rand the source of secrets, crypto/rand where nil.
	Now  func() time.Time
	Rand io.Reader
	// Master seals what is secret at rest.
	Master *Sealer
	// Origin is the server's own address, such as https://holdfast.example.org;
	// it is the issuer of certificates and names the host in message ids.
	Origin string
	// Sender is the address that messages come from, told to people so that they
	// can allow-list it. OutboxURL is the local outbox page, empty where there is none.
	Sender    string
	OutboxURL string
	// Phones says how phones are reached; the zero value means not at all.
	Phones Phones
	// Subject gives the subject line of a message, told to people so that they
	// can search a mailbox for it. Nil gives "Holdfast " and the reference.
	Subject func(kind, language, reference string) string
	// Policies are what is judged by; the zero value means DefaultPolicies. Rules
	// are placeholder rules for computers that hold older ones; the zero value
	// means none.
	Policies Policies
	Rules    Rules
	// Limits are the limits and lifetimes; the zero value means DefaultLimits.
	Limits Limits
	// Queued is called whenever a message waits to be sent now, after the commit; it
	// must not block. Nil tells nobody.
	Queued func()
	// Log is the server's log; nothing secret goes there. Nil discards.
	Log *slog.Logger
}

// Service is the activation server's rules over a store. It is safe for use by
// several goroutines, and several Services may share one store.
type Service struct {
	store   Store
	now     func() time.Time
	rand    io.Reader
	master  *Sealer
	origin  string
	host    string
	sender  string
	outbox  string
	subject func(kind, language, reference string) string
	limits  Limits
	phones  Phones
	queued  func()
	log     *slog.Logger
	// policies and rules are passed on.
	policies Policies
	rules    Rules
	argon    chan struct{}
	dummy    string
	// keyed is the store, under which every transaction has its keys.
	keyed  *keyed
	lastID atomic.Int64
	// seenKeys are the public keys of devices that asked before.
	seenKeys seenKeys
}

// argonAtOnce caps how many passwords are hashed at a time, 19 MiB each; more than
// there are processors would not be faster.
const argonAtOnce = 4

// New makes a Service and, in an empty store, the issuer keys.
func New(cfg Config) (*Service, error) {
	s, err := newService(cfg)
	if err != nil {
		return nil, err
	}
	return s, s.openKeys(context.Background())
}

// newService makes a Service that has no keys yet.
func newService(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Now == nil || cfg.Master == nil {
		return nil, errors.New("server: Store, Now and Master must be given")
	}
	origin, err := url.Parse(cfg.Origin)
	if err != nil || origin.Hostname() == "" {
		return nil, errors.New("server: Origin must be an address such as https://holdfast.example.org")
	}
	s := &Service{
		now: cfg.Now, rand: cfg.Rand, master: cfg.Master, origin: cfg.Origin, host: origin.Hostname(),
		sender: cfg.Sender, outbox: cfg.OutboxURL, subject: cfg.Subject, limits: cfg.Limits, phones: cfg.Phones, queued: cfg.Queued, log: cfg.Log,
		policies: cfg.Policies, rules: cfg.Rules, argon: make(chan struct{}, min(argonAtOnce, runtime.GOMAXPROCS(0))),
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	if s.queued == nil {
		s.queued = func() {}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.subject == nil {
		s.subject = func(_, _, reference string) string { return "Holdfast " + reference }
	}
	if s.policies.documents == nil {
		s.policies = DefaultPolicies()
	}
	if s.limits.TriesPerChallenge == 0 {
		s.limits = DefaultLimits()
	}
	if err := s.limits.Check(); err != nil {
		return nil, err
	}
	s.dummy = phc(s.randomBytes(argonSalt), s.randomBytes(argonKey)) // no password has it
	s.keyed = &keyed{Store: cfg.Store, service: s, batch: keyBatch}
	s.store = s.keyed
	return s, nil
}

// Caller is who sent a request, as far as its signature proves it, and how.
type Caller struct {
	// KeyID, Nonce and Created are the signature's; the key has been verified.
	KeyID   string
	Nonce   string
	Created time.Time
	// IP is where the request came from.
	IP netip.Addr
	// IdempotencyKey, Route and BodyHash scope a repeated write. An empty key
	// means that the write is not repeatable.
	IdempotencyKey string
	Route          string
	BodyHash       [32]byte
	// DeviceID is from the path; empty where the path has none.
	DeviceID string
	// Issuer is the thumbprint of the issuer key that the client pins; replies bring
	// what was announced since. Empty where the request does not say.
	Issuer string
	// spent says that the nonce was spent by an earlier transaction of the request.
	spent bool
}

// time is the present in whole seconds, UTC: what is stored is what is compared.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Second) }

// Ready says whether the store answers.
func (s *Service) Ready(ctx context.Context) error { return s.store.Ping(ctx) }

// stamp writes a time as replies carry it; the zero time is empty.
func stamp(unix int64) string {
	if unix == 0 {
		return ""
	}
	return time.Unix(unix, 0).UTC().Format(time.RFC3339)
}
