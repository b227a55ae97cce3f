package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
)

// process is a PostgreSQL server of this test run.
type process struct {
	bin, dir string
	port     int
	schemas  atomic.Int64
}

var errMissing = errors.New("no PostgreSQL server under /usr/lib/postgresql")

// find gives the newest installed server's programs.
func find() (string, error) {
	list, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(list) == 0 {
		return "", errMissing
	}
	return filepath.Dir(list[len(list)-1]), nil
}

// starter starts the server when a test first asks for it.
type starter struct {
	once sync.Once
	p    *process
	err  error
}

var server starter

func (s *starter) get() (*process, error) {
	s.once.Do(func() { s.p, s.err = start() })
	return s.p, s.err
}

func (s *starter) stop() {
	if s.p != nil {
		s.p.stop()
	}
}

func start() (*process, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "holdfast-postgres")
	if err != nil {
		return nil, err
	}
	p := &process{bin: bin, dir: dir}
	if err := p.own(); err != nil {
		return nil, err
	}
	if p.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := p.run("initdb", "-D", dir+"/data", "-U", "app", "-A", "trust", "-N", "--locale=C.UTF-8", "-E", "UTF8"); err != nil {
		return nil, err
	}
	opts := fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c max_connections=200 -c fsync=off", p.port, dir)
	if err := p.run("pg_ctl", "-D", dir+"/data", "-w", "-t", "30", "-l", dir+"/log", "-o", opts, "start"); err != nil {
		return nil, err
	}
	return p, nil
}

// own gives the folder to the user postgres where the test runs as root, as
// whom PostgreSQL refuses to run.
func (p *process) own() error {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	return os.Chown(p.dir, uid, gid)
}

func (p *process) run(name string, args ...string) error {
	full := append([]string{filepath.Join(p.bin, name)}, args...)
	if os.Getuid() == 0 {
		full = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"}, full...)
	}
	cmd := exec.Command(full[0], full[1:]...)
	cmd.Dir = p.dir
	log, err := os.CreateTemp("", "holdfast-postgres-*.log")
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log // a pipe would stay open as long as the server
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}

func (p *process) stop() {
	_ = p.run("pg_ctl", "-D", p.dir+"/data", "-m", "immediate", "-w", "stop")
	_ = os.RemoveAll(p.dir)
}

func (p *process) dsn() string { return fmt.Sprintf("postgres://app@127.0.0.1:%d/postgres", p.port) }

// schema makes an empty schema and gives the address that works in it.
func (p *process) schema() (string, error) {
	db, err := sql.Open("pgx", p.dsn())
	if err != nil {
		return "", err
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", p.schemas.Add(1))
	if _, err := db.ExecContext(context.Background(), "CREATE SCHEMA "+name); err != nil {
		return "", err
	}
	return p.dsn() + "?search_path=" + name, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
