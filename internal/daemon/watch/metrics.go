package watch

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

// Figure is one metric: docs/metrics.md is made of these.
type Figure struct {
	Name string
	// Kind is counter, gauge or histogram.
	Kind string
	// Labels are its labels, each from a closed list.
	Labels []string
	What   string
}

// names of the metrics.
const (
	nameBuild       = "holdfast_build_info"
	nameRequests    = "holdfast_requests_total"
	nameRequestTime = "holdfast_request_seconds"
	nameUnderWay    = "holdfast_requests_under_way"
	nameStoreTime   = "holdfast_store_seconds"
	nameMessages    = "holdfast_messages_total"
	nameMessageTime = "holdfast_message_seconds"
	nameWaiting     = "holdfast_messages_waiting"
	nameOldest      = "holdfast_messages_oldest_seconds"
	nameDatabase    = "holdfast_database_up"
	nameBackup      = "holdfast_last_backup_timestamp_seconds"
	nameCertificate = "holdfast_certificate_end_timestamp_seconds"
)

// Figures are all metrics of ours. Those of the Go runtime (go_…) and of the process
// (process_…) are served beside them, under the names that Prometheus gives them.
func Figures() []Figure {
	return []Figure{
		{nameBuild, "gauge", []string{"version"}, "Always 1; the version is the label."},
		{nameRequests, "counter", []string{"route", "status", "code"}, "Requests by route, HTTP status and problem code. The route is empty for what is none."},
		{nameRequestTime, "histogram", []string{"route"}, "Seconds from a request's head to the end of its reply."},
		{nameUnderWay, "gauge", nil, "Requests that are being served."},
		{nameStoreTime, "histogram", []string{"kind", "result"}, "Seconds of a `read` or a `write` of the database, with waiting and repeats; `ok`, `busy` (others were in the way too long, or the database is away) or `error`."},
		{nameMessages, "counter", []string{"channel", "kind", "outcome"}, "Attempts to send, by what became of them: `handed-over`, `put-off`, `refused`."},
		{nameMessageTime, "histogram", []string{"channel"}, "Seconds of an attempt to send."},
		{nameWaiting, "gauge", nil, "Messages that are queued or put off, in the whole database."},
		{nameOldest, "gauge", nil, "Age of the oldest of them in seconds; 0 where there is none."},
		{nameDatabase, "gauge", nil, "1 while the database answers, else 0."},
		{nameBackup, "gauge", nil, "When `holdfastd backup` last came to its end, Unix seconds; 0 for never."},
		{nameCertificate, "gauge", nil, "When this server's certificate ends, Unix seconds; 0 where it has none."},
	}
}

// Facts are what is asked of the server at each scrape. A zero time is shown as 0.
type Facts struct {
	Up                  bool
	Waiting             int64
	Oldest              time.Duration
	Backup, Certificate time.Time
}

// Metrics are the figures of one server. The nil Metrics counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	messages *prometheus.CounterVec
	took     *prometheus.HistogramVec
	stored   *prometheus.HistogramVec
	sent     *prometheus.HistogramVec
	open     prometheus.Gauge
}

// NewMetrics makes the figures of one server. Facts is asked at every scrape, and
// bounds its own time.
func NewMetrics(version string, facts func() Facts) *Metrics {
	byName := map[string]Figure{}
	for _, f := range Figures() {
		byName[f.Name] = f
	}
	counter := func(name string) *prometheus.CounterVec {
		f := byName[name]
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: f.What}, f.Labels)
	}
	histogram := func(name string) *prometheus.HistogramVec {
		f := byName[name]
		buckets := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: f.What, Buckets: buckets}, f.Labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(), requests: counter(nameRequests), messages: counter(nameMessages),
		took: histogram(nameRequestTime), stored: histogram(nameStoreTime), sent: histogram(nameMessageTime),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: nameUnderWay, Help: byName[nameUnderWay].What}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: nameBuild, Help: byName[nameBuild].What}, byName[nameBuild].Labels)
	build.WithLabelValues(version).Set(1)
	m.registry.MustRegister(
		m.requests, m.messages, m.took, m.stored, m.sent, m.open, build, &atScrape{facts: facts, what: byName},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

// Handler serves the figures in Prometheus' text form.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *Metrics) underWay(n float64) {
	if m != nil {
		m.open.Add(n)
	}
}

func (m *Metrics) request(s httpapi.Seen) {
	if m != nil {
		m.requests.WithLabelValues(s.Route, strconv.Itoa(s.Status), s.Code).Inc()
		m.took.WithLabelValues(s.Route).Observe(s.Took.Seconds())
	}
}

func (m *Metrics) store(kind, result string, took time.Duration) {
	if m != nil {
		m.stored.WithLabelValues(kind, result).Observe(took.Seconds())
	}
}

func (m *Metrics) message(a deliver.Attempt, outcome string, took time.Duration) {
	if m != nil {
		m.messages.WithLabelValues(a.Channel, a.Kind, outcome).Inc()
		m.sent.WithLabelValues(a.Channel).Observe(took.Seconds())
	}
}

// atScrape asks the server when it is asked.
type atScrape struct {
	facts func() Facts
	what  map[string]Figure
}

// Describe names what Collect gives.
func (a *atScrape) Describe(out chan<- *prometheus.Desc) {
	for _, name := range []string{nameWaiting, nameOldest, nameDatabase, nameBackup, nameCertificate} {
		out <- a.desc(name)
	}
}

func (a *atScrape) desc(name string) *prometheus.Desc {
	return prometheus.NewDesc(name, a.what[name].What, nil, nil)
}

// Collect gives the facts of this moment.
func (a *atScrape) Collect(out chan<- prometheus.Metric) {
	f := a.facts()
	up := 0.0
	if f.Up {
		up = 1
	}
	for name, value := range map[string]float64{
		nameWaiting: float64(f.Waiting), nameOldest: f.Oldest.Seconds(), nameDatabase: up,
		nameBackup: seconds(f.Backup), nameCertificate: seconds(f.Certificate),
	} {
		out <- prometheus.MustNewConstMetric(a.desc(name), prometheus.GaugeValue, value)
	}
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
