package daemon

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestProgram builds and starts the real program on a free port, tells the
// story over HTTP, changes the policy beside it, and stops it by signal.
func TestProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to stop a program with")
	}
	bin := filepath.Join(t.TempDir(), "holdfastd")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/holdfastd").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data := filepath.Join(t.TempDir(), "data")
	cmd := exec.CommandContext(t.Context(), bin, "serve", "--data", data, "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log logBuffer
	cmd.Stderr = &log
	cmd.Env = append(os.Environ(), "HOLDFAST_SMTP_URL=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	url := ""
	if lines.Scan() {
		url = strings.TrimPrefix(lines.Text(), "Holdfast server: ")
	}
	if !strings.HasPrefix(url, "http://127.0.0.1:") || !lines.Scan() || lines.Text() != "Outbox: "+url+"/outbox" {
		t.Fatalf("printed %q\n%s", lines.Text(), log.String())
	}
	c := newClient(t, url)
	reply := c.register("kim@example.org")
	r := &running{Daemon: &Daemon{origin: url}}
	c.answer(reply.Challenge.Reference, r.message(t, 1)["code"])

	c.values["gpu-driver"] = strings.Repeat("1", 32)
	if got := c.checkIn(); got.State != api.DeviceActivated || got.Challenge != nil {
		t.Errorf("balanced, another driver: %+v", got)
	}
	code, out, errs := run(t.Context(), nil, "policy", "--data", data, "--account", reply.Account, "strict")
	if code != 0 {
		t.Fatalf("policy: %d %s%s", code, out, errs)
	}
	c.values["gpu-driver"] = strings.Repeat("2", 32)
	if got := c.checkIn(); got.Challenge == nil {
		t.Errorf("strict, another driver: %+v", got)
	}
	if code, _, errs = run(t.Context(), nil, "policy", "--data", data, "--account", "402593718462", "strict"); code != 2 {
		t.Errorf("unknown account: %d %s", code, errs)
	}
	if code, _, errs := run(t.Context(), nil, "restored", "--data", data); code != 0 {
		t.Errorf("restored: %d %s", code, errs)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, log.String())
	}
	if !strings.Contains(log.String(), `"msg":"stopped"`) || strings.Contains(log.String(), "kim@") {
		t.Errorf("log:\n%s", log.String())
	}
}

// TestGracefulStop: a request whose body is under way when the server is told
// to stop is answered, and no other is taken.
func TestGracefulStop(t *testing.T) {
	r := start(t)
	c := newClient(t, r.URL())
	body := asJSON(t, api.RegisterRequest{Email: "kim@example.org", Password: password, Language: "en", Device: c.newDevice("LAPTOP-7")})
	req := c.request("POST", api.RouteAccounts, body, func(q *http.Request) { q.Header.Set("Expect", "100-continue") })
	conn, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	head := "POST " + api.RouteAccounts + " HTTP/1.1\r\nHost: " + r.Addr() + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	var fields strings.Builder
	if err := req.Header.Write(&fields); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, head+fields.String()+"\r\n")
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q %v", line, err)
	}
	_, _ = reader.ReadString('\n')
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.stop() }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		other, err := net.Dial("tcp", r.Addr())
		if err != nil {
			break
		}
		_ = other.Close()
		if time.Now().After(deadline) {
			t.Fatal("still takes connections")
		}
	}
	_, _ = conn.Write(body)
	res, err := http.ReadResponse(reader, req)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Errorf("the request under way got %v, %v", res, err)
	}
	<-stopped
}

// TestTwoProcesses: two servers on one data folder know the same devices, use
// one master key, and of one nonce one write.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	share := func(o *Options) { o.Settings.Data, o.Settings.Origin = dir, "http://127.0.0.1:7999" }
	a, b := start(t, share), start(t, share)
	c := newClient(t, "http://127.0.0.1:7999")
	c.http.Transport = toEither{a.Addr(), b.Addr(), new(int)}
	reply := c.register("kim@example.org")
	code := ""
	for deadline := time.Now().Add(10 * time.Second); code == "" && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for _, m := range append(a.Messages(), b.Messages()...) {
			code = m.Code
		}
	}
	if got := c.answer(reply.Challenge.Reference, code); got.State != api.DeviceActivated {
		t.Fatalf("%+v", got)
	}
	for range 4 {
		if got := c.checkIn(); got.State != api.DeviceActivated {
			t.Errorf("%+v", got)
		}
	}
}

// toEither sends requests to two servers by turns.
type toEither struct {
	a, b string
	n    *int
}

func (e toEither) RoundTrip(r *http.Request) (*http.Response, error) {
	*e.n++
	r = r.Clone(r.Context())
	r.URL.Host = e.a
	if *e.n%2 == 0 {
		r.URL.Host = e.b
	}
	return http.DefaultTransport.RoundTrip(r)
}
