package apptest

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
)

var errKilled = errors.New("killed here by a test")

// killer counts the places at which something is written, and kills the writer
// at one of them: from then on it writes nothing, reads nothing and sends
// nothing. Client and server are killed each by itself.
type killer struct {
	mu     sync.Mutex
	armed  bool
	at     int // 0 kills nowhere
	seen   []string
	client bool // dead
	server bool // dead

	lost     int // 0 loses no answer
	stubborn bool
	key      string
	answers  []string
}

// point counts a place and says whether to die here.
func (k *killer) point(server bool, format string, args ...any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.armed {
		return nil
	}
	if server && k.server || !server && k.client {
		return errKilled
	}
	k.seen = append(k.seen, fmt.Sprintf(format, args...))
	if len(k.seen) != k.at {
		return nil
	}
	k.server, k.client = server, !server
	return errKilled
}

// dead fails what a dead client would still read or send.
func (k *killer) dead() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.armed && k.client {
		return errKilled
	}
	return nil
}

// lose says whether an answer gets lost: everything that a dead server would
// say, and the one that was picked (when stubborn, with every retry of it).
func (k *killer) lose(r *http.Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.armed {
		return false
	}
	k.answers = append(k.answers, r.Method+" "+r.URL.Path)
	key := r.Header.Get(sign.HeaderIdempotency) + r.Method + r.URL.Path
	if len(k.answers) == k.lost {
		k.key = key
		return true
	}
	return k.server || k.stubborn && k.key == key
}

func (k *killer) arm(on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed = on
}

// hold puts a computer and its server under the killer's eyes.
func (k *killer) hold(c *Computer) {
	ring := c.Ring
	c.Disk = files.Stepped(func(step, path string) error {
		if step == files.StepRead {
			return k.dead()
		}
		return k.point(false, "file %s %s", step, filepath.Base(path))
	})
	c.Ring = keystore.Stepped(ring, func(step, name string) error {
		if step == keystore.StepGet {
			return k.dead()
		}
		return k.point(false, "%s %s", step, name)
	})
	c.Transport = mortal{k}
	c.Server.Traps.AtCommit(func(committed bool) error {
		return k.point(true, "server commit, done %v", committed)
	})
	c.Server.Traps.Lose(k.lose)
}

// mortal is a transport whose client may be dead.
type mortal struct{ k *killer }

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := m.k.dead(); err != nil {
		return nil, err
	}
	return http.DefaultTransport.RoundTrip(r)
}
