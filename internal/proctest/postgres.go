package proctest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
)

// Postgres is a PostgreSQL server with its default durability: a commit is on
// the disk before it is answered (fsync and synchronous_commit on).
type Postgres struct {
	// URL is the address of its one database.
	URL string

	bin, dir string
	port     string
	cred     *syscall.Credential
	mu       sync.Mutex
	cmd      *exec.Cmd
	ended    chan struct{}
	kills    int
}

// StartPostgres makes a cluster in a folder of its own and starts it; it ends
// with the test. Where PostgreSQL is not installed the test is skipped, or fails
// when HOLDFAST_REQUIRE_ALL is 1.
func StartPostgres(tb testing.TB) *Postgres {
	tb.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		const why = "SKIPPED, not shown on PostgreSQL: no server under /usr/lib/postgresql"
		if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
			tb.Fatal(why)
		}
		tb.Skip(why)
	}
	p := &Postgres{bin: filepath.Dir(found[len(found)-1])}
	if err := p.prepare(tb); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.Kill(); _ = os.RemoveAll(p.dir) })
	if err := p.Start(); err != nil {
		tb.Fatal(err)
	}
	return p
}

func (p *Postgres) prepare(tb testing.TB) error {
	var err error
	// Not a folder of the test's: the user postgres may not enter those.
	if p.dir, err = os.MkdirTemp("", "holdfast-postgres"); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		if p.cred, err = postgresUser(); err != nil {
			return err
		}
		if err := os.Chown(p.dir, int(p.cred.Uid), int(p.cred.Gid)); err != nil {
			return err
		}
	}
	_, p.port, err = net.SplitHostPort(FreeAddress(tb))
	if err != nil {
		return err
	}
	p.URL = "postgres://app@127.0.0.1:" + p.port + "/postgres"
	cmd := p.command("initdb", "-D", p.dir+"/data", "-U", "app", "-A", "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// postgresUser is whom PostgreSQL runs as where the test runs as root, whom it
// refuses.
func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (p *Postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	// A group of its own, so that Ctrl-C in a terminal does not reach it first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: p.cred}
	return cmd
}

// Start starts the server, which recovers what its log holds, and waits until it
// answers.
func (p *Postgres) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return errors.New("PostgreSQL runs already")
	}
	db, err := p.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	for end := time.Now().Add(readyWithin); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if p.cmd == nil { // or it ended at once: what was killed still holds its memory
			if err := p.launch(); err != nil {
				return err
			}
		}
		if db.PingContext(context.Background()) == nil {
			return nil
		}
		select {
		case <-p.ended:
			p.cmd = nil
		default:
		}
	}
	said, _ := os.ReadFile(p.dir + "/log")
	return fmt.Errorf("PostgreSQL does not answer: %s", said[max(0, len(said)-2000):])
}

func (p *Postgres) launch() error {
	cmd := p.command("postgres", "-D", p.dir+"/data", "-p", p.port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+p.dir, "-c", "max_connections=200")
	log, err := os.OpenFile(p.dir+"/log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	p.cmd, p.ended = cmd, ended
	return nil
}

// Open opens the database, for a test's own look.
func (p *Postgres) Open() (*sql.DB, error) { return sql.Open("pgx", p.URL) }

// Kill ends every process of the server at once (SIGKILL) and waits until they
// are gone.
func (p *Postgres) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	// Every backend leads a group of its own, so each is killed by its number.
	all := append(childrenOf(p.cmd.Process.Pid), p.cmd.Process.Pid)
	for _, pid := range slices.Backward(all) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-p.ended
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && slices.ContainsFunc(all, alive); {
		time.Sleep(time.Millisecond)
	}
	p.cmd = nil
	p.kills++
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// childrenOf reads the numbers of a process's children from /proc.
func childrenOf(parent int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var out []int
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// "PID (NAME) STATE PPID …", where NAME may hold anything.
		f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && len(f) > 1 && f[1] == strconv.Itoa(parent) {
			out = append(out, pid)
		}
	}
	return out
}

// Kills is how often the server was killed.
func (p *Postgres) Kills() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kills
}
