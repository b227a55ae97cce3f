package leakrun

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/internal/leaktest"
	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// full says whether the long form runs.
func full() bool { return os.Getenv("HOLDFAST_FULL") == "1" }

const origin = "https://keys.example.org"

// rig is a server process with its peers, and all that it ever said.
type rig struct {
	t       *testing.T
	bin     string
	data    string
	config  string
	server  *proctest.Holdfastd
	sink    *proctest.Sink
	carrier *carrier
	traces  *collecting
	figures *scraping
	to      *fastclient.Server
	http    *http.Client
	secrets leaktest.Secrets

	mu    sync.Mutex
	known map[string]bool // what was added already
	did   map[string]int  // what people did, for the report
	print bytes.Buffer    // what commands printed
}

// start starts the server with its log at debug, figures and traces on.
func start(t *testing.T) *rig {
	t.Helper()
	r := &rig{
		t: t, bin: proctest.Build(t), data: t.TempDir(), sink: proctest.StartSink(t), traces: &collecting{spans: map[string]int{}},
		known: map[string]bool{}, did: map[string]int{},
	}
	r.sink.Refuse = func(to string) bool { return strings.HasPrefix(to, "unknown.") }
	r.carrier = startCarrier(t, r)
	collector := httptest.NewServer(r.traces)
	t.Cleanup(collector.Close)
	metrics := proctest.FreeAddress(t)
	r.figures = &scraping{url: "http://" + metrics + "/metrics"}
	config := map[string]any{
		"origin": origin, "behind_proxy": true, "smtp": map[string]any{"url": r.sink.URL, "from": "codes@example.org"},
		"log": map[string]any{"level": "debug"}, "metrics": map[string]any{"listen": metrics},
		"traces": map[string]any{"endpoint": collector.URL + "/v1/traces"}, "phone": r.carrier.settings(t),
		"limits": map[string]any{"sends_per_hour": 20, "sends_per_day": 50, "country_sends_day": 100_000, "prefix_sends_hour": 200},
	}
	raw, err := json.Marshal(config)
	r.must(err)
	r.config = filepath.Join(t.TempDir(), "config.json")
	r.must(os.WriteFile(r.config, raw, 0o600))
	r.server = proctest.NewHoldfastd(t, r.bin, "--data", r.data, "--config", r.config)
	r.must(r.server.Start())
	r.http = &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r.to = &fastclient.Server{URL: "http://" + r.server.Address, Origin: origin, HTTP: r.http}
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// run runs a command of the program beside the server. What it prints is searched,
// but for what it is there to print. Last comes after all flags, where there is any.
func (r *rig) run(meant func(out string) string, last string, args ...string) string {
	r.t.Helper()
	args = append(args, "--data", r.data, "--config", r.config)
	if last != "" {
		args = append(args, last)
	}
	cmd := exec.Command(r.bin, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		r.t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	text := out.String()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.print.Write(said.Bytes())
	if meant == nil {
		r.print.WriteString(text)
		return text
	}
	value := meant(text)
	r.print.WriteString(strings.ReplaceAll(text, value, "(printed)"))
	return value
}

// done counts what somebody did.
func (r *rig) done(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.did[what]++
}

// new says whether a value was not added before.
func (r *rig) new(value string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if value == "" || r.known[value] {
		return false
	}
	r.known[value] = true
	return true
}

// secret adds values that may be nowhere.
func (r *rig) secret(kind string, values ...string) {
	for _, v := range values {
		if r.new(v) {
			r.secrets.Add(kind, v)
		}
	}
}

func (r *rig) code(code string) {
	if r.new("code " + code) {
		r.secrets.AddCode(code)
	}
}

// issued adds a code that the server made.
func (r *rig) issued(code string) {
	if r.new("issued " + code) {
		r.done("code issued")
	}
	r.code(code)
}

// collecting takes traces as an OpenTelemetry collector does (OTLP/HTTP, protobuf).
type collecting struct {
	mu    sync.Mutex
	raw   bytes.Buffer
	spans map[string]int
}

func (c *collecting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Encoding") == "gzip" {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	var in collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, name := range []string{"User-Agent", "Content-Type", "Authorization"} {
		fmt.Fprintf(&c.raw, "\n%s: %s\n", name, r.Header.Get(name))
	}
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans[s.Name]++
			}
		}
	}
}

// scraping reads the figures again and again, as Prometheus does.
type scraping struct {
	url  string
	mu   sync.Mutex
	raw  bytes.Buffer
	n    int
	last []byte
}

func (s *scraping) scrape() error {
	resp, err := http.Get(s.url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.last = s.n+1, raw
	s.raw.Write(leaktest.WithoutSamples(raw))
	return nil
}
