package apptest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestTwoServerProcessesAcceptACodeOnce: fifty copies of one waiting computer
// answer at once, each with an idempotency key of its own, half of them to each
// of two holdfastd processes over one database. One answer is accepted.
func TestTwoServerProcessesAcceptACodeOnce(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "holdfastd")
	build := exec.Command("go", "build", "-o", bin, "../../cmd/holdfastd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, first, second := t.TempDir(), freeAddress(t), freeAddress(t)
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, fmt.Appendf(nil, `{"origin": "http://%s"}`, first), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, bin, data, first, config)

	clock := NewClock()
	clock.Pass(time.Until(clock.Now()))
	c := NewComputer(&Server{TB: t, URL: "http://" + first, Clock: clock}, "laptop", "")
	right := (&Daemon{TB: t, URL: "http://" + first}).Code(c.Register().Challenge.Reference)
	serve(t, bin, data, second, config)

	var accepted, asked [2]atomic.Int32
	var wg sync.WaitGroup
	for i := range 50 {
		dup := c.Copy()
		dup.Transport = &oneProcess{address: []string{first, second}[i%2], accepted: &accepted[i%2], asked: &asked[i%2]}
		client := dup.Client()
		wg.Go(func() { _, _ = client.Answer(context.Background(), right) }) // what the servers said is counted
	}
	wg.Wait()
	if n := accepted[0].Load() + accepted[1].Load(); n != 1 || asked[0].Load() < 25 || asked[1].Load() < 25 {
		t.Errorf("%d answers accepted, of %d and %d", n, asked[0].Load(), asked[1].Load())
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func serve(t *testing.T, bin, data, address, config string) {
	t.Helper()
	cmd := exec.Command(bin, "serve", "--data", data, "--listen", address, "--config", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if r, err := http.Get("http://" + address + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatalf("%s is not ready", address)
}

// oneProcess sends every request to one of the processes, whatever the origin
// says, and counts accepted answers.
type oneProcess struct {
	address         string
	accepted, asked *atomic.Int32
}

func (o *oneProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host, r.URL.Host = r.URL.Host, o.address
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/answers") {
		o.asked.Add(1)
		if resp.StatusCode == http.StatusOK {
			o.accepted.Add(1)
		}
	}
	return resp, err
}
