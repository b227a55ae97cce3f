package daemon

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/internal/daemon/watch"
	"github.com/seed-1feef0b2/holdfast/internal/version"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// Options are what a Daemon is made of. The zero value of each part is what the
// program uses; tests pass others.
type Options struct {
	Settings Settings
	// Now is the clock; the system's where nil. Rand is the source of secrets.
	Now  func() time.Time
	Rand io.Reader
	// Log gets structured lines without secrets or addresses; nil discards.
	Log *slog.Logger
	// Limits are the limits and lifetimes; zero means the defaults.
	Limits server.Limits
	// CommitHook is called around every commit of the database; tests kill there.
	CommitHook store.Hook

	// keepSchema keeps an older schema as it is, and refuses it; storeOptions go to
	// the database as they are.
	keepSchema   bool
	storeOptions []store.Option
	// watcher sees what goes to the database; nil for commands.
	watcher *watch.Watcher
}

// Daemon is the running server.
type Daemon struct {
	settings Settings
	log      *slog.Logger
	origin   string
	store    *store.DB
	service  *server.Service
	outbox   *deliver.Outbox  // nil where there is a relay
	relay    mailer           // nil where there is none
	returns  *deliver.Returns // nil where nothing reads returned mail
	worker   *deliver.Worker
	phones   phones
	wake     chan struct{}
	listener net.Listener
	http     *http.Server
	tls      *tls.Config // nil where others speak HTTPS, or nobody does
	// certificateEnd is when the listener's certificate ends; zero where it has none.
	certificateEnd func() time.Time
	watcher        *watch.Watcher
	console        console
	figures        *figures // nil where nobody asks for any
	closed         sync.Once
}

// Times of the HTTP server. A request must be here whole within readTime.
const (
	headerTime = 5 * time.Second
	readTime   = 30 * time.Second
	writeTime  = time.Minute
	idleTime   = 2 * time.Minute
	stopTime   = 10 * time.Second
	sweepEvery = 10 * time.Minute
	maxHeader  = 32 << 10
)

// New checks the settings, opens the database and the listener, and wires the
// parts. Nothing is served before Run. Errors are *Refusal where an operator
// can do something about it.
func New(o Options) (*Daemon, error) {
	o.defaults()
	if err := o.Settings.fill(); err != nil {
		return nil, err
	}
	if err := o.Settings.checkAll(); err != nil {
		return nil, err
	}
	o.keepSchema = o.Settings.Database != "" && !o.Settings.MigrateAtStart
	d := &Daemon{
		settings: o.Settings, log: o.Log, wake: make(chan struct{}, 1), certificateEnd: func() time.Time { return time.Time{} },
	}
	if err := d.open(o); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func (o *Options) defaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func (d *Daemon) open(o Options) error {
	if err := d.listen(o); err != nil {
		return err
	}
	if err := d.mail(o.Now); err != nil {
		return err
	}
	err := d.watch(o)
	if err != nil {
		return err
	}
	o.watcher = d.watcher
	d.store, d.service, err = openService(o, d.serviceConfig(o))
	if err != nil {
		return err
	}
	if err := d.phone(o); err != nil {
		return err
	}
	if err := d.deliver(o); err != nil {
		return err
	}
	if err := d.returned(o); err != nil {
		return err
	}
	proxies, err := d.settings.proxies()
	if err != nil {
		return err
	}
	api, err := httpapi.New(httpapi.Config{
		Service: d.service, Origin: d.origin, Now: o.Now, Log: o.Log, Version: version.Version,
		TrustedProxies: proxies, Watch: d.watcher.Request,
	})
	if err != nil {
		return err
	}
	if err := d.web(o, api.Address); err != nil {
		return err
	}
	d.http = &http.Server{
		Handler: d.handler(api), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: quietLog(),
	}
	return nil
}

// quietLog swallows what net/http has to say: it names callers' addresses.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// listen opens the listener first: with port 0 it decides the origin.
func (d *Daemon) listen(o Options) error {
	l, err := net.Listen("tcp", d.settings.Listen)
	if err != nil {
		return refuseFor("listen", err, text.Data{"Listen": d.settings.Listen})
	}
	d.listener = l
	scheme := "http"
	if d.tls, err = d.tlsConfig(o); err != nil {
		return err
	}
	if d.tls != nil {
		d.listener, scheme = tls.NewListener(l, d.tls), "https"
	}
	d.origin = strings.TrimRight(d.settings.Origin, "/")
	if d.origin == "" {
		d.origin = scheme + "://" + l.Addr().String()
	}
	return nil
}

func (d *Daemon) serviceConfig(o Options) server.Config {
	c := server.Config{
		Now: o.Now, Rand: o.Rand, Origin: d.origin, Sender: d.sender(), Subject: deliver.Subject,
		Limits: d.limits(o), Phones: d.reached(), Queued: d.Wake, Log: o.Log,
	}
	if d.outbox != nil {
		c.OutboxURL = d.origin + httpapi.OutboxPath
	}
	return c
}

// openService opens the database and the service over it. A wrong master key
// shows here: the issuer keys do not open.
func openService(o Options, cfg server.Config) (*store.DB, *server.Service, error) {
	dir := o.Settings.Data
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, refuseFor("data", err, text.Data{"Data": dir})
	}
	var err error
	if cfg.Policies, cfg.Rules, err = o.Settings.documents(); err != nil {
		return nil, nil, err
	}
	kms, made, err := o.Settings.kms(o.Rand)
	if err != nil {
		return nil, nil, err
	}
	options := []store.Option{}
	if o.CommitHook != nil {
		options = append(options, store.WithCommitHook(o.CommitHook))
	}
	db, err := openStore(context.Background(), &o.Settings, !o.keepSchema, append(options, o.storeOptions...)...)
	if err != nil {
		return nil, nil, err
	}
	cfg.Store, cfg.Master = db, server.NewSealerOver(kms)
	if o.watcher != nil {
		cfg.Store = o.watcher.Store(db)
	}
	service, err := server.New(cfg)
	if err != nil {
		return nil, nil, errors.Join(strangeKey(o.Settings.masterFolder(), made, err), db.Close())
	}
	return db, service, nil
}

// Run serves until ctx ends, then finishes what is under way, for at most ten
// seconds, and gives nil.
func (d *Daemon) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var background sync.WaitGroup
	background.Go(func() { _ = d.worker.Run(ctx) })
	background.Go(func() { d.sweep(ctx) })
	for _, run := range d.phones.run {
		background.Go(func() { run(ctx) })
	}
	background.Go(func() { d.audit(ctx) })
	if d.returns != nil {
		background.Go(func() { _ = d.returns.Run(ctx) })
	}
	background.Go(d.figures.serve)
	background.Go(d.console.serve)
	go d.warmUp(ctx, d.tls) // an authority that does not answer keeps nobody from stopping
	failed := make(chan error, 1)
	go func() { failed <- d.http.Serve(d.listener) }()
	if d.settings.acmeShared() {
		d.log.Warn("tls.acme is for one machine: where several serve this database, put the certificate into files, or a proxy in front")
	}
	d.log.Info("serving", slog.String("origin", d.origin), slog.String("version", version.Version))
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		err = d.shutdown()
	}
	stop()
	err = errors.Join(err, d.figures.close(), d.console.close())
	background.Wait()
	err = errors.Join(err, d.watcher.Traces.Close())
	d.log.Info("stopped")
	return err
}

func (d *Daemon) shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := d.http.Shutdown(ctx); err != nil {
		return d.http.Close()
	}
	return nil
}

// Close frees what New opened. It may be called more than once, and after Run.
func (d *Daemon) Close() error {
	var err error
	d.closed.Do(func() {
		if d.listener != nil {
			_ = d.listener.Close()
		}
		err = errors.Join(err, d.figures.close(), d.console.close())
		if d.relay != nil {
			err = errors.Join(err, d.relay.Close())
		}
		if d.store != nil {
			err = errors.Join(err, d.store.Close())
		}
	})
	return err
}

// Addr is where the server listens, host:port.
func (d *Daemon) Addr() string { return d.listener.Addr().String() }

// URL is the server's origin: the address that clients are given.
func (d *Daemon) URL() string { return d.origin }

// OutboxURL is the address of the local outbox page, or empty.
func (d *Daemon) OutboxURL() string {
	if d.outbox == nil {
		return ""
	}
	return d.origin + httpapi.OutboxPath
}

// Service is the rules behind the daemon, for the operator's commands and tests.
func (d *Daemon) Service() *server.Service { return d.service }

func (d *Daemon) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if n, err := d.service.Sweep(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("sweeping failed", slog.String("cause", err.Error()))
		} else if n > 0 {
			d.log.Debug("swept", slog.Int("rows", n))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// workerName tells workers on one database apart.
func workerName(rand io.Reader) (string, error) {
	raw := make([]byte, 8)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", err
	}
	return hex.EncodeToString(raw), nil
}
