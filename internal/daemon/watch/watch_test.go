package watch

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

const page = "../../../docs/metrics.md"

// scraped gives what Prometheus would read.
func scraped(t *testing.T, m *Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != 200 {
		t.Fatal(rec.Code)
	}
	return rec.Body.String()
}

// busy gives figures after some of everything.
func busy(t *testing.T) *Metrics {
	t.Helper()
	m := NewMetrics("1.2.3", func() Facts {
		return Facts{Up: true, Waiting: 3, Oldest: 90 * time.Second, Backup: time.Unix(1772442000, 0)}
	})
	w := &Watcher{Metrics: m, Now: time.Now}
	_, ended := w.Request(t.Context())
	ended(httpapi.Seen{Route: "POST /v1/accounts", Status: 201, Took: 7 * time.Millisecond})
	_, sent := w.Message(t.Context(), deliver.Attempt{Channel: "email", Kind: "code.register", Number: 1})
	sent("handed-over")
	s := w.Store(fake{})
	_ = s.Write(t.Context(), func(server.Tx) error { return nil })
	_ = s.Read(t.Context(), func(server.Tx) error { return errors.New("broken") })
	_ = s.Read(t.Context(), func(server.Tx) error { return api.NewError(api.CodeWrong) })
	_ = s.Write(t.Context(), func(server.Tx) error { return api.NewError(api.CodeBusy) })
	return m
}

// fake is a store that runs what it is given.
type fake struct{ server.Store }

func (fake) Write(_ context.Context, fn func(server.Tx) error) error { return fn(nil) }
func (fake) Read(_ context.Context, fn func(server.Tx) error) error  { return fn(nil) }

func TestFigures(t *testing.T) {
	text := scraped(t, busy(t))
	for _, line := range []string{
		`holdfast_build_info{version="1.2.3"} 1`,
		`holdfast_requests_total{code="",route="POST /v1/accounts",status="201"} 1`,
		`holdfast_request_seconds_bucket{route="POST /v1/accounts",le="0.01"} 1`,
		`holdfast_requests_under_way 0`,
		`holdfast_store_seconds_count{kind="read",result="error"} 1`,
		`holdfast_store_seconds_count{kind="read",result="ok"} 1`,
		`holdfast_store_seconds_count{kind="write",result="busy"} 1`,
		`holdfast_messages_total{channel="email",kind="code.register",outcome="handed-over"} 1`,
		`holdfast_messages_waiting 3`,
		`holdfast_messages_oldest_seconds 90`,
		`holdfast_database_up 1`,
		`holdfast_last_backup_timestamp_seconds 1.772442e+09`,
		`holdfast_certificate_end_timestamp_seconds 0`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
}

// TestFiguresAreDocumented: what is served is what the table says, and docs/metrics.md
// is made of the table.
func TestFiguresAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Metrics\n\nMade from `internal/daemon/watch` by a test (`go test ./internal/daemon/watch -run Documented -update`). " +
		"They are served at `/metrics` on `metrics.listen`, see [settings.md](settings.md).\nNo label ever holds an account, an address, a number, a code or a name. " +
		"`packaging/grafana/holdfast.json` is a dashboard of them.\n\n| name | kind | labels | what it is |\n|---|---|---|---|\n")
	listed := map[string]bool{}
	for _, f := range Figures() {
		listed[f.Name] = true
		b.WriteString("| `" + f.Name + "` | " + f.Kind + " | " + strings.Join(f.Labels, ", ") + " | " + f.What + " |\n")
	}
	b.WriteString("\nBeside them stand those of the Go runtime (`go_…`) and of the process (`process_…`), under the names that Prometheus gives them.\n")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	if raw, err := os.ReadFile(page); err != nil || string(raw) != b.String() {
		t.Errorf("docs/metrics.md differs from the code (%v): run this test with -update", err)
	}
	served := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (holdfast_\S+) (\S+)$`).FindAllStringSubmatch(scraped(t, busy(t)), -1) {
		served[m[1]] = true
		if i := slices.IndexFunc(Figures(), func(f Figure) bool { return f.Name == m[1] }); i < 0 || Figures()[i].Kind != m[2] {
			t.Errorf("%s, a %s, is not in the table", m[1], m[2])
		}
	}
	for name := range listed {
		if !served[name] {
			t.Errorf("%s is in the table and not served", name)
		}
	}
}

// TestTheDashboardFits: it is JSON that Grafana takes, and every metric in it exists.
func TestTheDashboardFits(t *testing.T) {
	exprs := dashboardExpressions(t)
	if len(exprs) < 8 {
		t.Fatalf("only %d expressions", len(exprs))
	}
	text := scraped(t, busy(t))
	used := map[string]bool{}
	for _, expr := range exprs {
		for _, name := range regexp.MustCompile(`\b(?:holdfast|go|process)_[a-z_]+\b`).FindAllString(expr, -1) {
			if !regexp.MustCompile(`(?m)^` + name + `[ {]`).MatchString(text) {
				t.Errorf("no metric %s (%s)", name, expr)
			}
			used[strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count")] = true
		}
	}
	for _, f := range Figures() {
		if !used[f.Name] {
			t.Errorf("the dashboard does not show %s", f.Name)
		}
	}
}

// TestNothingWatchedCostsNothing: without figures and traces the store is not wrapped.
func TestNothingWatchedCostsNothing(t *testing.T) {
	w := &Watcher{Now: time.Now}
	if _, wrapped := w.Store(fake{}).(watched); wrapped {
		t.Error("the store is wrapped for nobody")
	}
	ctx, ended := w.Request(t.Context())
	ended(httpapi.Seen{})
	_, sent := w.Message(ctx, deliver.Attempt{})
	sent("refused")
	if err := w.Traces.Close(); err != nil {
		t.Error(err)
	}
}

// TestACollectorThatIsAway costs spans, never a request, and does not keep a server
// from stopping.
func TestACollectorThatIsAway(t *testing.T) {
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer gone.Close()
	var lost atomic.Int64
	traces, err := NewTraces(gone.URL+"/v1/traces", "1", 0, func(error) { lost.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	w := &Watcher{Traces: traces, Now: time.Now}
	begun := time.Now()
	_, ended := w.Request(t.Context())
	ended(httpapi.Seen{Route: "GET /healthz", Status: 200})
	if time.Since(begun) > time.Second {
		t.Error("a request waited for the collector")
	}
	if err := traces.Close(); err != nil || time.Since(begun) > 2*tracesTime {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	if lost.Load() == 0 {
		t.Error("nobody was told")
	}
}
