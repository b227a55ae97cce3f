package delivertest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

//go:embed node/*.js node/*.json
var nodeFiles embed.FS

// Node is one of the carriers in the folder node, running as a program of its
// own: "smsc" (the npm package smpp), "twilio" (Twilio's own library for
// signatures and XML) or "hook" (the library of Standard Webhooks).
type Node struct {
	// Port is where it listens, on 127.0.0.1.
	Port   int
	t      testing.TB
	in     io.WriteCloser
	mu     sync.Mutex
	events []Event
	more   chan struct{}
	said   *output
}

// Event is one thing that a peer tells of; "event" says which.
type Event map[string]any

// nodeWait is how long a peer may take for anything; two cores may be busy.
const nodeWait = 30 * time.Second

// StartNode starts a peer that ends with the test. Without node and npm the test
// is skipped, or fails where HOLDFAST_REQUIRE_ALL=1 is set.
func StartNode(t testing.TB, kind string, options map[string]any) *Node {
	t.Helper()
	modules, dir := nodeModules(t), t.TempDir()
	scripts, err := nodeFiles.ReadDir("node")
	fatal(t, err)
	for _, f := range scripts {
		script, err := nodeFiles.ReadFile("node/" + f.Name())
		fatal(t, err)
		fatal(t, os.WriteFile(filepath.Join(dir, f.Name()), script, 0o600))
	}
	raw, err := json.Marshal(options)
	fatal(t, err)
	cmd := exec.Command("node", filepath.Join(dir, kind+".js"), string(raw))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "NO_PROXY=127.0.0.1")
	n := &Node{t: t, more: make(chan struct{}, 1), said: &output{}}
	cmd.Stderr = n.said
	n.in, err = cmd.StdinPipe()
	fatal(t, err)
	out, err := cmd.StdoutPipe()
	fatal(t, err)
	fatal(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		n.read(out)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = n.in.Close()
		_ = cmd.Process.Kill()
		<-ended
	})
	n.Port = int(n.Next("listening")["port"].(float64))
	return n
}

func (n *Node) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			e = Event{"event": "noise", "line": lines.Text()}
		}
		n.mu.Lock()
		n.events = append(n.events, e)
		n.mu.Unlock()
		select {
		case n.more <- struct{}{}:
		default:
		}
	}
}

// Tell orders a peer to do something; do is the order's name.
func (n *Node) Tell(do string, order map[string]any) {
	n.t.Helper()
	all := map[string]any{"do": do}
	for k, v := range order {
		all[k] = v
	}
	raw, err := json.Marshal(all)
	fatal(n.t, err)
	_, err = n.in.Write(append(raw, '\n'))
	fatal(n.t, err)
}

// Order is Tell, and waits until it was heard.
func (n *Node) Order(do string, order map[string]any) {
	n.t.Helper()
	n.Tell(do, order)
	n.Next("ok")
}

// Next waits for the next event of a kind and takes it away, with whatever came
// before it.
func (n *Node) Next(kind string) Event {
	n.t.Helper()
	for end := time.After(nodeWait); ; {
		n.mu.Lock()
		for i, e := range n.events {
			if e["event"] == kind {
				n.events = append([]Event{}, n.events[i+1:]...)
				n.mu.Unlock()
				return e
			}
		}
		events := fmt.Sprint(n.events)
		n.mu.Unlock()
		select {
		case <-n.more:
		case <-end:
			n.t.Fatalf("the peer told of no %q, but of %s\n%s", kind, events, n.said)
		}
	}
}

// Count says how many events of a kind wait to be taken.
func (n *Node) Count(kind string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, e := range n.events {
		if e["event"] == kind {
			count++
		}
	}
	return count
}

// nodeModules installs what the peers are made of.
func nodeModules(t testing.TB) string {
	t.Helper()
	list, err := nodeFiles.ReadFile("node/package.json")
	fatal(t, err)
	lock, err := nodeFiles.ReadFile("node/package-lock.json")
	fatal(t, err)
	return NodeModules(t, list, lock)
}

// NodeModules installs what a package.json and its lock file ask for into a cache
// folder, once for each state of the lock file, and gives the node_modules. No
// package's own scripts are run. Without node and npm the test is skipped, or
// fails where HOLDFAST_REQUIRE_ALL=1 is set.
func NodeModules(t testing.TB, list, lock []byte) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, "NOT TESTED AGAINST WHAT OTHERS MADE: "+program+" is not installed")
		}
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(base, "holdfast-test", "node-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(dir); err == nil {
		return filepath.Join(dir, "node_modules")
	}
	if err := install(dir, map[string][]byte{"package.json": list, "package-lock.json": lock}); err != nil {
		missing(t, "NOT TESTED AGAINST WHAT OTHERS MADE: "+err.Error())
	}
	return filepath.Join(dir, "node_modules")
}

// install installs beside the folder and moves it there, so that tests which do
// so at the same time do not meet in a half-made one.
func install(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(temp, name), raw, 0o600); err != nil {
			return err
		}
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = temp
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w: %s", err, bytes.TrimSpace(out))
	}
	if err := os.Rename(temp, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			return errors.Join(err, there)
		}
	}
	return nil
}

// missing skips a test loudly, or fails where everything must be there.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("HOLDFAST_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
