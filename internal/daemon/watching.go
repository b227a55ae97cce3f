package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/internal/daemon/watch"
	"github.com/seed-1feef0b2/holdfast/internal/version"
	"github.com/seed-1feef0b2/holdfast/server"
)

// MetricsPath is where the figures are, on the listener of their own.
const MetricsPath = "/metrics"

// factsTime bounds what a scrape asks the database.
const factsTime = 2 * time.Second

// watch makes figures and traces where the settings want them, and opens the listener
// of the figures.
func (d *Daemon) watch(o Options) error {
	d.watcher = &watch.Watcher{Now: o.Now}
	if where := d.settings.Metrics.Listen; where != "" {
		l, err := net.Listen("tcp", where)
		if err != nil {
			return refuseFor("listen", err, text.Data{"Listen": where})
		}
		d.watcher.Metrics = watch.NewMetrics(version.Version, func() watch.Facts { return d.facts(o.Now) })
		mux := http.NewServeMux()
		mux.Handle("GET "+MetricsPath, d.watcher.Metrics.Handler())
		d.figures = &figures{listener: l, http: &http.Server{
			Handler: mux, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, ErrorLog: quietLog(),
		}}
	}
	if t := d.settings.Traces; t.Endpoint != "" {
		traces, err := watch.NewTraces(t.Endpoint, version.Version, t.Share, func(err error) {
			d.log.Warn("traces could not be sent", slog.String("cause", err.Error()))
		})
		if err != nil {
			return refuse("value", text.Data{"Key": "traces.endpoint"})
		}
		d.watcher.Traces = traces
	}
	return nil
}

// figures is the listener that Prometheus asks.
type figures struct {
	listener net.Listener
	http     *http.Server
}

// serve serves until close; nil serves nothing.
func (f *figures) serve() {
	if f != nil {
		_ = f.http.Serve(f.listener)
	}
}

func (f *figures) close() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.http.Close(), ignoreClosed(f.listener.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// MetricsAddr is where the figures are served, host:port; empty for nowhere.
func (d *Daemon) MetricsAddr() string {
	if d.figures == nil {
		return ""
	}
	return d.figures.listener.Addr().String()
}

// facts asks the server for what a scrape shows.
func (d *Daemon) facts(now func() time.Time) watch.Facts {
	ctx, cancel := context.WithTimeout(context.Background(), factsTime)
	defer cancel()
	var f watch.Facts
	waiting, oldest, err := d.store.Waiting(ctx)
	if f.Up = err == nil; f.Up {
		f.Waiting = waiting
		if oldest > 0 {
			f.Oldest = max(0, now().Sub(time.Unix(oldest, 0)))
		}
		var last int64
		if err := d.store.Read(ctx, func(tx server.Tx) (err error) { last, err = tx.Fact(factBackup); return err }); err == nil && last > 0 {
			f.Backup = time.Unix(last, 0)
		}
	}
	f.Certificate = d.certificateEnd()
	return f
}
