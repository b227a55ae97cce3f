package daemon

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

func (d *Daemon) deliver(o Options) error {
	name, err := workerName(o.Rand)
	if err != nil {
		return err
	}
	var mail deliver.Sender = d.outbox
	if d.relay != nil {
		mail = d.relay
	}
	sender := &deliver.Router{Email: mail, SMS: d.phones.sms, Voice: d.phones.voice}
	d.worker, err = deliver.NewWorker(deliver.Config{
		Queue: d.service, Sender: sender, Now: o.Now, Name: name, Host: d.originHost(), Wake: d.wake, Log: o.Log,
		Watch: d.watcher.Message,
	})
	return err
}

func (d *Daemon) originHost() string {
	u, err := url.Parse(d.origin)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

// sender is the one address that messages come from.
func (d *Daemon) sender() string {
	if d.settings.SMTP.From != "" {
		return d.settings.SMTP.From
	}
	host := d.originHost()
	if _, err := netip.ParseAddr(host); err == nil {
		host = "localhost"
	}
	return "holdfast@" + host
}

// hello is our name in the greeting (RFC 5321, 4.1.3): an address in brackets.
func (d *Daemon) hello() string {
	host := d.originHost()
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[IPv6:" + host + "]"
	} else if err == nil {
		return "[" + host + "]"
	}
	return host
}

// handler puts the local outbox, the console and the callbacks beside the API.
func (d *Daemon) handler(api http.Handler) http.Handler {
	shown := httpapi.Outbox{Messages: d.Messages}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		switch {
		case d.outbox != nil && path == "/" && r.Method == http.MethodGet:
			http.Redirect(w, r, httpapi.OutboxPath, http.StatusFound)
		case d.outbox != nil && (path == httpapi.OutboxPath || strings.HasPrefix(path, httpapi.OutboxPath+".")):
			shown.ServeHTTP(w, r)
		case d.console.takes(path):
			d.console.handler.ServeHTTP(w, r)
		case strings.HasPrefix(path, httpapi.ReportsPath) || strings.HasPrefix(path, httpapi.CallsPath):
			d.phones.callbacks.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// Wake makes the worker look for messages at once. It never blocks.
func (d *Daemon) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Messages are those of the local outbox, newest last.
func (d *Daemon) Messages() []httpapi.Shown {
	if d.outbox == nil {
		return nil
	}
	var list []httpapi.Shown
	for _, m := range d.outbox.Messages() {
		list = append(list, httpapi.Shown(m))
	}
	return list
}

// database is what store.Open wants.
func (s *Settings) database() string {
	if s.Database != "" {
		return s.Database
	}
	return filepath.Join(s.Data, "holdfast.db")
}

// safeCause keeps a database's password out of an error that repeats its URL.
func safeCause(err error, dsn string) error {
	if dsn == "" {
		return err
	}
	words := err.Error()
	if u, parsed := url.Parse(dsn); parsed == nil && u.User != nil {
		if p, ok := u.User.Password(); ok && p != "" {
			words = strings.ReplaceAll(strings.ReplaceAll(words, dsn, u.Redacted()), p, "xxxxx")
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return errors.New(words)
}

// strangeKey says that the database belongs to another master key. A key that
// was made just now opens nothing and would only be in the way of the right one.
func strangeKey(dir string, made bool, err error) error {
	path := filepath.Join(dir, MasterFile)
	if !strings.Contains(err.Error(), "sealed value does not open") {
		return err
	}
	if made {
		_ = os.Remove(path)
	}
	return refuseFor("master-other", err, text.Data{"File": path})
}
