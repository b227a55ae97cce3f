package daemon

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Log is what the server logs, and how.
type Log struct {
	// Level is debug, info, warn or error; empty means info.
	Level string `json:"level"`
	// Format is json or text; empty means json.
	Format string `json:"format"`
}

// Metrics is where the server's figures are read.
type Metrics struct {
	// Listen is host:port of a listener of their own; empty for none.
	Listen string `json:"listen"`
}

// Traces is where traces go.
type Traces struct {
	// Endpoint is the OTLP/HTTP address that takes them; empty for no traces.
	Endpoint string `json:"endpoint"`
	// Share of requests that are traced, 0 to 1; zero means all.
	Share float64 `json:"share"`
}

func operationBlock() block {
	return block{title: "Operation", check: (*Settings).checkOperation, keys: []Key{
		{Name: "migrate_at_start", Default: "`false`", Meaning: "Whether a server that starts may bring the schema of a PostgreSQL database up to date. " +
			"Without it, `holdfastd migrate` does, once no older server runs. The built-in database is always brought up to date at start, and an empty one gets its schema."},
		{Name: "log.level", Variable: "HOLDFAST_LOG_LEVEL", Default: "`info`", Meaning: "`debug`, `info`, `warn` or `error`."},
		{Name: "log.format", Default: "`json`", Meaning: "`json`, one object a line, or `text`."},
		{Name: "metrics.listen", Default: "none", Meaning: "Address and port for Prometheus, at `/metrics`, such as `127.0.0.1:7462`. It speaks plain HTTP and asks nobody who he is: " +
			"keep it on loopback, or on a network of the monitoring alone. See [metrics.md](metrics.md)."},
		{Name: "traces.endpoint", Default: "none: no traces", Meaning: "Where OpenTelemetry traces go: the address of an OTLP/HTTP collector, such as `http://127.0.0.1:4318/v1/traces`. " +
			"`https://` for anything but loopback."},
		{Name: "traces.share", Default: "`1`", Meaning: "How many of the requests are traced, from 0 to 1."},
	}}
}

// logLevels are the levels that log.level names.
func logLevels() map[string]slog.Level {
	return map[string]slog.Level{"": slog.LevelInfo, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
}

// logger is the server's log as the settings want it.
func (s *Settings) logger(out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: logLevels()[s.Log.Level]}
	if s.Log.Format == "text" {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

func (s *Settings) checkOperation() error {
	if _, ok := logLevels()[s.Log.Level]; !ok {
		return refuse("value", text.Data{"Key": "log.level"})
	}
	if !slices.Contains([]string{"", "json", "text"}, s.Log.Format) {
		return refuse("value", text.Data{"Key": "log.format"})
	}
	if s.Traces.Share < 0 || s.Traces.Share > 1 {
		return refuse("value", text.Data{"Key": "traces.share"})
	}
	if _, _, err := net.SplitHostPort(s.Metrics.Listen); s.Metrics.Listen != "" && err != nil {
		return refuse("value", text.Data{"Key": "metrics.listen"})
	}
	if e := s.Traces.Endpoint; e != "" && !safeEndpoint(e) {
		return refuse("value", text.Data{"Key": "traces.endpoint"})
	}
	return nil
}

// safeEndpoint says whether an address is https, or http on this computer.
func safeEndpoint(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local
}
