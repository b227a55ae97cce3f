package daemon

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/web"
)

// console is the console of those who look after the server.
type console struct {
	handler  http.Handler // nil where it is off
	origin   string
	listener net.Listener // nil where it is beside the API
	http     *http.Server
}

// consoleIdle is how long an idle connection to the console's own listener stays.
const consoleIdle = time.Minute

// web makes the console. The caller's address is found as the API finds it.
func (d *Daemon) web(o Options, address func(*http.Request) netip.Addr) error {
	s := d.settings
	if s.Web.Listen == webOff {
		return nil
	}
	d.console.origin = d.origin
	if s.ownWeb() {
		l, err := net.Listen("tcp", s.Web.Listen)
		if err != nil {
			return refuseFor("listen", err, text.Data{"Listen": s.Web.Listen})
		}
		d.console.listener = l
		if d.console.origin = strings.TrimRight(s.Web.Origin, "/"); d.console.origin == "" {
			d.console.origin = "http://" + l.Addr().String()
		}
	}
	c, err := web.New(web.Config{Service: d.service, Origin: d.console.origin, Now: o.Now, Log: o.Log, Address: address})
	if err != nil {
		return err
	}
	d.console.handler = c
	if d.console.listener != nil {
		d.console.http = &http.Server{
			Handler: d.console.handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
			IdleTimeout: consoleIdle, MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0), // it names callers' addresses
		}
	}
	return nil
}

// takes says whether a path beside the API is the console's.
func (c *console) takes(path string) bool {
	return c.handler != nil && c.listener == nil && (path == web.Path || strings.HasPrefix(path, web.Path+"/"))
}

// serve serves the console's own listener until it is closed.
func (c *console) serve() {
	if c.http != nil {
		_ = c.http.Serve(c.listener)
	}
}

// close stops the console's own listener; requests under way are finished.
func (c *console) close() error {
	if c.http == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	err := c.http.Shutdown(ctx)
	if closed := c.listener.Close(); !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// consoleOrigin is the address of the console, as far as the settings say it; a
// command has no listener to ask.
func (s *Settings) consoleOrigin() string {
	switch {
	case s.ownWeb() && s.Web.Origin != "":
		return strings.TrimRight(s.Web.Origin, "/")
	case s.ownWeb():
		return "http://" + s.Web.Listen
	case s.Origin != "":
		return strings.TrimRight(s.Origin, "/")
	}
	return "http://" + s.Listen
}
