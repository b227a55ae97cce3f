package leakrun

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/internal/leaktest"
	"github.com/seed-1feef0b2/holdfast/internal/proctest"
)

// TestNothingLeaks lets people do everything, strangers everything else, staff look
// at it, and the program crash; then it searches the log (debug), the figures, the
// traces, what commands printed and the traces of the crash. Four hundred people in
// the long form.
func TestNothingLeaks(t *testing.T) {
	r := start(t)
	people := 4
	if full() {
		people = 400
	}
	begun := time.Now()
	stop := r.watch()
	proctest.Crew(people, 8, r.live)
	desk := r.staffs()
	r.crash(desk)
	r.restored()
	stop()
	r.carrier.background.Wait()
	r.must(r.figures.scrape())
	if !r.server.Stop() { // what is left of the traces is sent
		t.Error("the server had ended by itself")
	}
	took := time.Since(begun)
	r.search()
	t.Logf("%d people, in %v: %s", people, took.Round(time.Second), r.deeds())
}

// watch scrapes the figures until stop.
func (r *rig) watch() (stop func()) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-time.After(500 * time.Millisecond):
				_ = r.figures.scrape() // it is away while it crashes
			}
		}
	})
	return sync.OnceFunc(func() { close(end); wg.Wait() })
}

// staffs lets staff work on the account of somebody with a code open.
func (r *rig) staffs() *fastclient.Device {
	p := &person{rig: r, n: 5_000_000}
	email := address(p.n, "kim.")
	r.secrets.AddAddress(email)
	p.device = r.computer(email, p.n)
	reply, err := p.device.Register(ctx)
	if !r.want("register", reply, err) {
		r.t.FailNow()
	}
	p.mailed(p.device, "register")
	p.change() // a code is open
	r.console(p.device.Account, p.device.ID)
	return p.device
}

// crash kills the server while requests are under way in a way that makes it write
// down what it was doing (SIGQUIT), and starts it again.
func (r *rig) crash(d *fastclient.Device) {
	var wg sync.WaitGroup
	end := make(chan struct{})
	for i := range 8 {
		other := r.computer(address(6_000_000+i, "kim."), 6_000_000+i)
		r.secrets.AddAddress(other.Email)
		wg.Go(func() {
			for {
				_, err := other.Send(ctx, fastclient.Call{Method: "POST", Path: api.RouteAccounts, Body: api.RegisterRequest{
					Email: other.Email, Password: fastclient.Password, Language: "en", Device: other.NewDevice(),
				}})
				r.secret("chain value", other.Prev)
				select {
				case <-end:
					return
				default:
				}
				if err != nil {
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	r.must(r.figures.scrape())
	r.must(syscall.Kill(r.server.Pid(), syscall.SIGQUIT))
	for r.server.Running() {
		time.Sleep(5 * time.Millisecond)
	}
	close(end)
	wg.Wait()
	r.must(r.server.Start())
	_, reply, err := d.CheckIn(ctx, false)
	r.want("after the crash", reply, err, api.CodeRevoked)
}

// restored says that the database was restored, so that codes that are open end; one
// is typed all the same. Other commands run, too.
func (r *rig) restored() {
	p := &person{rig: r, n: 7_000_000}
	email := address(p.n, "kim.")
	r.secrets.AddAddress(email)
	d := r.computer(email, p.n)
	reply, err := d.Register(ctx)
	if !r.want("register", reply, err) {
		return
	}
	right, _ := r.sink.Code(email, d.Challenge.Reference, time.Minute)
	r.code(right)
	r.run(nil, "", "restored")
	_, reply, err = d.Answer(ctx, right)
	if r.want("code from before a restore", reply, err, api.CodeExpired, api.CodeUsed) {
		r.t.Error("a code from before a restore works")
	}
	r.seen(d)
	r.run(nil, filepath.Join(r.t.TempDir(), "backup"), "backup")
	r.run(nil, "", "verify-audit")
	r.run(nil, "", "user", "list")
	r.run(nil, "strict", "policy", "--account", d.Account)
}

// deeds says what was done, and how often.
func (r *rig) deeds() string {
	var out []string
	for _, what := range slices.Sorted(maps.Keys(r.did)) {
		out = append(out, fmt.Sprintf("%d × %s", r.did[what], what))
	}
	return strings.Join(out, "; ")
}

// search adds what is known at the end, looks everywhere, and shows that it would
// have found it.
func (r *rig) search() {
	t := r.t
	r.secret("password", fastclient.Password)
	for _, a := range r.sink.All() {
		if a.Code != "" {
			r.issued(a.Code)
		}
		if _, token, ok := strings.Cut(a.Link, "/not-me/"); ok {
			r.secret("link", token)
		}
	}
	keys, err := filepath.Glob(filepath.Join(r.data, "*.key"))
	if err != nil || len(keys) == 0 {
		t.Errorf("no master key in %s", r.data)
	}
	for _, file := range keys {
		raw, err := os.ReadFile(file)
		r.must(err)
		r.secret("master key", hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), strings.TrimSpace(string(raw)))
	}
	log, err := os.ReadFile(r.server.LogFile())
	r.must(err)
	texts := map[string][]byte{"the log": log, "the figures": r.figures.raw.Bytes(), "the traces": r.traces.raw.Bytes(), "what commands printed": r.print.Bytes()}
	r.whole(log)
	total := 0
	var sizes []string
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		hits := len(r.secrets.Search(texts[name]))
		r.secrets.Check(t, name, texts[name])
		total += hits
		sizes = append(sizes, fmt.Sprintf("%.2f MB of %s", float64(len(texts[name]))/1e6, strings.TrimPrefix(name, "the ")))
		r.planted(name, texts[name])
	}
	spans := 0
	for _, n := range r.traces.spans {
		spans += n
	}
	t.Logf("%d secrets (%s; %d of the codes were issued, the others mistyped) looked for in %s (%d scrapes, %d spans, %d lines of log): %d hits",
		r.secrets.Len(), r.secrets.String(), r.did["code issued"], strings.Join(sizes, ", "), r.figures.n, spans, bytes.Count(log, []byte("\n")), total)
}

// whole fails where something that must have been written is not there: then too
// little was searched.
func (r *rig) whole(log []byte) {
	for what, there := range map[string]bool{
		"requests in the log":  bytes.Contains(log, []byte(`"route":"POST `+api.RouteAnswers+`"`)),
		"the crash in the log": bytes.Contains(log, []byte("SIGQUIT: quit")) && bytes.Contains(log, []byte("goroutine ")),
		"the end in the log":   bytes.Contains(log, []byte(`"msg":"stopped"`)),
		"figures":              bytes.Contains(r.figures.last, []byte("holdfast_requests_total{")) && bytes.Contains(r.figures.last, []byte("holdfast_messages_total{")),
		"spans of requests":    r.traces.spans["POST "+api.RouteAnswers] > 0,
		"spans of messages":    r.traces.spans["message"] > 0,
	} {
		if !there {
			r.t.Errorf("%s: nothing of it is there", what)
		}
	}
	// The same search finds what the log is known to hold.
	var known leaktest.Secrets
	known.Add("known", "POST "+api.RouteAnswers, `"msg":"stopped"`, "SIGQUIT: quit")
	if hits := known.Search(log); len(hits) < 3 {
		r.t.Errorf("the search finds %d of what the log holds", len(hits))
	}
}

// planted puts secrets of every kind into a text, in every writing, one at a time,
// and expects the search to find each.
func (r *rig) planted(name string, text []byte) {
	r.mu.Lock()
	address, number := "", ""
	for _, a := range r.sink.All() {
		if strings.HasPrefix(a.To, "kim.") {
			address = a.To
		}
	}
	r.carrier.mu.Lock()
	phone := ""
	for number, phone = range r.carrier.codes {
		break
	}
	r.carrier.mu.Unlock()
	r.mu.Unlock()
	mailed := r.sink.Codes()[0]
	n, found := 0, 0
	for _, value := range []string{mailed, mailed[:3] + "-" + mailed[3:6] + "-" + mailed[6:], phone, address, number, fastclient.Password} {
		for writing, form := range leaktest.Disguises(value) {
			n++
			middle := bytes.IndexByte(text[len(text)/2:], '\n') + len(text)/2 + 1
			from := max(0, middle-2000)
			around := slices.Concat(text[from:middle], []byte(`{"msg":"`+form+`"}`+"\n"), text[middle:min(len(text), middle+2000)])
			if len(r.secrets.Search(around)) == 0 {
				r.t.Errorf("%s: a planted %d-letter secret is not found, %s", name, len(value), writing)
				continue
			}
			found++
		}
	}
	if name == "the log" {
		r.t.Logf("planted in the middle of each of these texts: %d of %d found", found, n)
	}
}
