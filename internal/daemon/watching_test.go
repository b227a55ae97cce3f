package daemon

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/leaktest"
)

// collecting takes traces as an OpenTelemetry collector does (OTLP/HTTP, protobuf).
type collecting struct {
	mu    sync.Mutex
	raw   bytes.Buffer
	spans []string
	attrs map[string]bool
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
	for _, rs := range in.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans = append(c.spans, s.Name)
				for _, a := range s.Attributes {
					c.attrs[a.Key] = true
				}
			}
		}
	}
}

// TestNothingSecretIsWatched runs a whole story with log, figures and traces on, and
// looks in all of them for every code, address and key that there was.
func TestNothingSecretIsWatched(t *testing.T) {
	traces := &collecting{attrs: map[string]bool{}}
	peer := httptest.NewServer(traces)
	defer peer.Close()
	r := start(t, func(o *Options) {
		o.Settings.Metrics.Listen, o.Settings.Traces.Endpoint = "127.0.0.1:0", peer.URL+"/v1/traces"
	})
	var secrets leaktest.Secrets
	secrets.Add("password", password)
	secrets.Add("computer's name", "LAPTOP-7")
	for _, address := range []string{"kim.nguyen@example.org", "lan.huong@example.org"} {
		secrets.AddAddress(address)
		c := newClient(t, r.URL())
		reply := c.register(address)
		code := messageTo(t, r, address, "code.register")["code"]
		secrets.AddCode(code)
		c.problem("POST", c.path(api.RouteAnswers, reply.Challenge.Reference), c.answerRequest("000000000"))
		c.answer(reply.Challenge.Reference, code)
		secrets.Add("account", c.account)
		secrets.Add("device", c.device)
		secrets.Add("key", c.signer.KeyID())
		c.values["boot-disk"] = strings.Repeat("0", 32)
		changed := c.checkIn().Challenge.Reference
		second := messageTo(t, r, address, "code.changed")["code"]
		secrets.AddCode(second)
		c.answer(changed, second)
		secrets.Add("chain", c.chain)
	}
	_, figures := get(t, "http://"+r.MetricsAddr()+MetricsPath)
	for _, want := range []string{
		`holdfast_requests_total{code="",route="` + "POST " + api.RouteAccounts + `",status="201"} 2`,
		`holdfast_messages_total{channel="email",kind="code.register",outcome="handed-over"} 2`, "holdfast_database_up 1",
	} {
		if !strings.Contains(string(figures), want) {
			t.Errorf("no figure %s", want)
		}
	}
	if res, _ := get(t, "http://"+r.MetricsAddr()+"/"); res.StatusCode != http.StatusNotFound {
		t.Errorf("the figures' listener serves more: %d", res.StatusCode)
	}
	if res, _ := get(t, r.URL()+MetricsPath); res.StatusCode != http.StatusNotFound {
		t.Errorf("the figures are served to everybody: %d", res.StatusCode)
	}
	r.stop() // what is left of the traces is sent
	traces.mu.Lock()
	defer traces.mu.Unlock()
	for _, want := range []string{"POST " + api.RouteAnswers, "message", "write", "read"} {
		if !slices.Contains(traces.spans, want) {
			t.Errorf("no span %q among %d", want, len(traces.spans))
		}
	}
	allowed := []string{"http.route", "http.response.status_code", "holdfast.code", "holdfast.channel", "holdfast.kind", "holdfast.attempt", "holdfast.outcome", "holdfast.result"}
	for a := range traces.attrs {
		if !slices.Contains(allowed, a) {
			t.Errorf("an attribute that nobody allowed: %s", a)
		}
	}
	secrets.Check(t, "the log", []byte(r.log.String()))
	secrets.Check(t, "the figures", figures)
	secrets.Check(t, "the traces", traces.raw.Bytes())
	t.Logf("%d secrets looked for in %d bytes of log, %d of figures, %d of traces (%d spans)",
		secrets.Len(), len(r.log.String()), len(figures), traces.raw.Len(), len(traces.spans))
}

// TestLogLevelAndForm: what the settings say is what is logged.
func TestLogLevelAndForm(t *testing.T) {
	for _, c := range []struct{ level, format, want, not string }{
		{"", "", `"msg":"told"`, "quiet"},
		{"debug", "json", `"msg":"quiet"`, "none"},
		{"error", "text", "msg=bad", "told"},
	} {
		var out bytes.Buffer
		log := (&Settings{Log: Log{Level: c.level, Format: c.format}}).logger(&out)
		log.Debug("quiet")
		log.Info("told")
		log.Error("bad")
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), c.not) {
			t.Errorf("%+v: %s", c, out.String())
		}
	}
}

func TestOperationSettingsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		s    Settings
		want string
	}{
		"level":          {Settings{Log: Log{Level: "loud"}}, "value"},
		"format":         {Settings{Log: Log{Format: "xml"}}, "value"},
		"share":          {Settings{Traces: Traces{Share: 1.5}}, "value"},
		"metrics":        {Settings{Metrics: Metrics{Listen: "9100"}}, "value"},
		"traces, plain":  {Settings{Traces: Traces{Endpoint: "http://collector.example.org/v1/traces"}}, "value"},
		"traces, local":  {Settings{Traces: Traces{Endpoint: "http://127.0.0.1:4318/v1/traces"}}, ""},
		"traces, TLS":    {Settings{Traces: Traces{Endpoint: "https://collector.example.org/v1/traces"}}, ""},
		"traces, secret": {Settings{Traces: Traces{Endpoint: "https://user:word@collector.example.org/"}}, "value"},
		"nothing":        {Settings{}, ""},
	} {
		err := c.s.checkOperation()
		if (c.want == "") != (err == nil) || c.want != "" && !isRefusal(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := New(Options{Settings: Settings{Listen: "127.0.0.1:0", Data: t.TempDir(), Metrics: Metrics{Listen: "192.0.2.1:1"}}})
	if !isRefusal(err, "listen") {
		t.Errorf("a listener that is not ours: %v", err)
	}
}

// TestABusyStopIsGraceful: figures and traces do not keep a server from stopping.
func TestABusyStopIsGraceful(t *testing.T) {
	r := start(t, func(o *Options) {
		o.Settings.Metrics.Listen, o.Settings.Traces.Endpoint = "127.0.0.1:0", "http://127.0.0.1:1/v1/traces"
	})
	get(t, r.URL()+"/healthz")
	begun := time.Now()
	r.stop()
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if !strings.Contains(r.log.String(), "traces could not be sent") {
		t.Errorf("nobody is told that the collector is away: %s", r.log.String())
	}
}
