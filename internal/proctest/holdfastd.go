package proctest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Build builds holdfastd, pure Go, into a folder of the test's and gives its path.
func Build(tb testing.TB) string {
	tb.Helper()
	bin, err := BuildInto(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return bin
}

// BuildInto is Build into a folder of the caller's.
func BuildInto(dir string) (string, error) {
	bin := filepath.Join(dir, "holdfastd")
	cmd := exec.Command("go", "build", "-o", bin, "github.com/seed-1feef0b2/holdfast/cmd/holdfastd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
}

// Holdfastd is one server process that may be killed and started again at the
// same address. Its methods may be called by several goroutines.
type Holdfastd struct {
	// Address is host:port.
	Address string

	bin string
	cfg []string
	log string

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
	kills int
}

// NewHoldfastd prepares a process; flags are those of serve beside the address.
// What it writes goes to a file of the test's.
func NewHoldfastd(tb testing.TB, bin string, flags ...string) *Holdfastd {
	tb.Helper()
	p := &Holdfastd{Address: FreeAddress(tb), bin: bin, cfg: flags, log: filepath.Join(tb.TempDir(), "holdfastd.log")}
	tb.Cleanup(func() { p.Kill() })
	return p
}

// readyWithin is how long a process has until it serves, on a busy machine.
const readyWithin = 60 * time.Second

// Start starts the process and waits until it is ready to serve. One that ends
// at once is started again: somebody may have its port for a moment, or its
// database may not be up yet.
func (p *Holdfastd) Start() error {
	if p.Running() {
		return errors.New("holdfastd runs already")
	}
	for end := time.Now().Add(readyWithin); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if !p.Running() {
			if err := p.launch(); err != nil {
				return err
			}
		}
		if p.Ready() {
			return nil
		}
	}
	return errors.New("holdfastd is not ready: " + p.Log())
}

func (p *Holdfastd) launch() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return errors.New("holdfastd runs already")
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.bin, append([]string{"serve", "--listen", p.Address}, p.cfg...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		_ = cmd.Wait()
		p.mu.Lock()
		p.cmd = nil
		p.mu.Unlock()
		close(ended)
	}(p.ended)
	return nil
}

// Ready says whether the process answers that it is ready.
func (p *Holdfastd) Ready() bool {
	client := http.Client{Timeout: 2 * time.Second}
	r, err := client.Get("http://" + p.Address + "/readyz")
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// Running says whether there is a process.
func (p *Holdfastd) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd != nil
}

// Pid is the process's number, 0 where none runs.
func (p *Holdfastd) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Kill ends the process at once, as a power cut would (SIGKILL), and says
// whether there was one.
func (p *Holdfastd) Kill() bool {
	return p.signal(syscall.SIGKILL)
}

// Stop asks the process to stop and waits for its end.
func (p *Holdfastd) Stop() bool {
	return p.signal(syscall.SIGTERM)
}

func (p *Holdfastd) signal(s syscall.Signal) bool {
	p.mu.Lock()
	cmd, ended := p.cmd, p.ended
	if cmd != nil && s == syscall.SIGKILL {
		p.kills++
	}
	p.mu.Unlock()
	if cmd == nil {
		return false
	}
	_ = cmd.Process.Signal(s)
	<-ended
	return true
}

// Kills is how often the process was killed.
func (p *Holdfastd) Kills() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kills
}

// LogFile is the path of what the process wrote; Log its end.
func (p *Holdfastd) LogFile() string { return p.log }

// Log is the last lines that the process wrote.
func (p *Holdfastd) Log() string {
	raw, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(raw), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// FreeAddress is an address of loopback that nobody listens on. Its port is not
// among those that systems give to outgoing connections, so that it is still
// free when a killed process comes back to it.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(18000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	tb.Fatal("no free port")
	return ""
}
