package crashtest

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// binary is the server program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "holdfast-crash")
	if err != nil {
		panic(err)
	}
	if binary, err = proctest.BuildInto(dir); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// full says whether the long form runs.
func full() bool { return os.Getenv("HOLDFAST_FULL") == "1" }

// rig is a set of server processes over one database, behind a round-robin that
// they trust, with a mail relay.
type rig struct {
	t        *testing.T
	postgres *proctest.Postgres // nil on SQLite
	servers  []*proctest.Holdfastd
	balancer *proctest.Balancer
	sink     *proctest.Sink
	data     string
	db       *sql.DB
	to       *fastclient.Server
}

const origin = "https://keys.example.org"

// newRig starts processes over PostgreSQL, or one over SQLite. Settings are put
// over those of the rig.
func newRig(t *testing.T, processes int, postgres *proctest.Postgres, settings map[string]any) *rig {
	t.Helper()
	r := &rig{t: t, postgres: postgres, sink: proctest.StartSink(t), data: t.TempDir()}
	config := map[string]any{
		"origin": origin, "behind_proxy": true, "smtp": map[string]any{"url": r.sink.URL, "from": "codes@example.org"},
	}
	if postgres != nil {
		config["database"] = postgres.URL
	}
	for k, v := range settings {
		config[k] = v
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for range processes {
		p := proctest.NewHoldfastd(t, binary, "--data", r.data, "--config", file)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		r.servers = append(r.servers, p)
		addresses = append(addresses, p.Address)
	}
	r.balancer = proctest.StartBalancer(t, addresses...)
	r.to = &fastclient.Server{URL: r.balancer.URL, Origin: origin, HTTP: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 1000}, Timeout: time.Minute,
	}}
	return r
}

// database is the rig's database, for a look from outside.
func (r *rig) database() *sql.DB {
	r.t.Helper()
	if r.db != nil {
		return r.db
	}
	var err error
	if r.postgres != nil {
		r.db, err = r.postgres.Open()
	} else {
		r.db, err = sql.Open("sqlite", "file:"+filepath.Join(r.data, "holdfast.db")+"?_pragma=busy_timeout(10000)")
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.db.SetMaxOpenConns(4)
	r.t.Cleanup(func() { _ = r.db.Close() })
	return r.db
}

// up starts what does not run.
func (r *rig) up() {
	r.t.Helper()
	for _, p := range r.servers {
		if p.Running() {
			continue
		}
		if err := p.Start(); err != nil {
			r.t.Error(err)
		}
	}
}

func (r *rig) kills() int {
	n := 0
	for _, p := range r.servers {
		n += p.Kills()
	}
	return n
}
