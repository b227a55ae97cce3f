package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Waits of the story. They are bounds, not pauses.
const (
	startWait   = 30 * time.Second
	messageWait = 30 * time.Second
	stopWait    = 10 * time.Second
	pollEvery   = 50 * time.Millisecond
)

// server is holdfastd while it runs.
type server struct {
	cmd     *exec.Cmd
	address string
	ended   chan struct{}
}

// startServer starts holdfastd on an address; port 0 takes a free one.
func (t *telling) startServer(ctx context.Context, listen string) error {
	cmd := exec.Command(t.Daemon, "serve", "--data", t.data(), "--listen", listen)
	cmd.Env = t.environment()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Start()
	_ = w.Close() // the child has its own end
	if err != nil {
		_ = r.Close()
		return err
	}
	t.server = &server{cmd: cmd, ended: make(chan struct{})}
	lines := make(chan string, 1)
	go listenFor(r, lines)
	go t.server.wait()
	return t.server.ready(ctx, lines)
}

// wait ends the child's process entry once it is over.
func (s *server) wait() {
	_ = s.cmd.Wait() // how it ended does not matter; that it did is told by ended
	close(s.ended)
}

var addressInLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// listenFor gives the first address that the server names, and reads on so that
// the server never waits for a reader.
func listenFor(r io.ReadCloser, found chan<- string) {
	defer r.Close()
	for in := bufio.NewScanner(r); in.Scan(); {
		if a := addressInLine.FindString(in.Text()); a != "" {
			select {
			case found <- a:
			default:
			}
		}
	}
}

// ready waits until the server answers.
func (s *server) ready(ctx context.Context, lines <-chan string) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	select {
	case s.address = <-lines:
	case <-s.ended:
		return broken("cli.demo.broken.server")
	case <-ctx.Done():
		return broken("cli.demo.broken.server")
	}
	return poll(ctx, broken("cli.demo.broken.server"), func() bool { return get(ctx, s.address+"/readyz", nil) == nil })
}

// stopServer ends holdfastd and waits for it.
func (t *telling) stopServer() {
	if t.server == nil {
		return
	}
	if err := t.server.cmd.Process.Signal(os.Interrupt); err != nil {
		_ = t.server.cmd.Process.Kill()
	}
	select {
	case <-t.server.ended:
	case <-time.After(stopWait):
		_ = t.server.cmd.Process.Kill()
		<-t.server.ended
	}
	t.server = nil
}

// message is one entry of the local outbox.
type message struct {
	To        string `json:"to"`
	Channel   string `json:"channel"`
	Kind      string `json:"kind"`
	Subject   string `json:"subject"`
	Text      string `json:"text"`
	Reference string `json:"reference"`
	Code      string `json:"code"`
}

// subject is the subject line; a text message has none and is told whole.
func (m message) subject() string {
	if m.Subject != "" {
		return m.Subject
	}
	return strings.Join(strings.Fields(m.Text), " ")
}

// mail waits for the message of a challenge and gives the newest.
func (t *telling) mail(ctx context.Context, reference string) (message, error) {
	ctx, cancel := context.WithTimeout(ctx, messageWait)
	defer cancel()
	var got message
	err := poll(ctx, broken("cli.demo.broken.mail", text.Data{"Reference": reference}), func() bool {
		var list []message
		if get(ctx, t.server.address+"/outbox.json", &list) != nil {
			return false
		}
		for _, m := range list {
			if m.Reference == reference && m.Code != "" {
				got = m
			}
		}
		return got.Code != ""
	})
	return got, err
}

// poll asks until the answer is yes, or gives the error when the time is over.
func poll(ctx context.Context, late error, yes func() bool) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if yes() {
			return nil
		}
		select {
		case <-ctx.Done():
			return late
		case <-tick.C:
		}
	}
}

// get reads a page of the server; into is JSON where it is not nil.
func get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	// No proxy stands between this computer and itself.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return broken("cli.demo.broken.server")
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
