package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/remote"
)

// lockWait is how long a use case waits for the other program of this profile:
// longer than a request with its retries.
const lockWait = 30 * time.Second

// session is one use case: the profile's lock is held, and nobody else writes.
type session struct {
	*Client
	id    *identity
	state *record
	lock  *files.Lock
}

// begin takes the profile's lock and reads its files.
func (c *Client) begin(ctx context.Context) (*session, error) {
	c.mu.Lock()
	s, err := c.enter(ctx)
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	return s, nil
}

func (c *Client) enter(ctx context.Context) (*session, error) {
	if err := os.MkdirAll(c.cfg.Profile, 0o700); err != nil {
		return nil, fileError(err)
	}
	lock, err := files.Acquire(ctx, c.path(lockFile), lockWait)
	if err != nil {
		return nil, err
	}
	s := &session{Client: c, lock: lock}
	if s.id, s.state, err = c.records(); err != nil {
		_ = lock.Release() // the error that matters is the one before
		return nil, err
	}
	return s, nil
}

// end lets others in.
func (s *session) end() {
	if err := s.lock.Release(); err != nil {
		s.cfg.Log.Warn("profile lock", "error", err)
	}
	s.mu.Unlock()
}

// records reads identity and state. A broken state is set aside and forgotten:
// the next check-in brings all of it back. A broken identity is an error.
func (c *Client) records() (*identity, *record, error) {
	id, st := &identity{}, &record{}
	err := c.load(identityFile, id)
	if errors.Is(err, errNoFile) {
		return nil, &record{Schema: recordSchema}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	err = c.load(stateFile, st)
	if errors.Is(err, errNoFile) || api.CodeOf(err) == api.CodeStateBroken {
		return id, &record{Schema: recordSchema}, nil
	}
	return id, st, err
}

// enrolled says that the server has given this computer a device id.
func enrolled(id *identity) bool { return id != nil && id.Device != "" }

// need gives connection and keys of an enrolled computer.
func (s *session) need(ctx context.Context) (*remote.Client, *keyring, error) {
	if !enrolled(s.id) {
		return nil, nil, api.NewError(api.CodeNotEnrolled, "register")
	}
	k, err := s.secrets(ctx, s.id)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.server(s.id.Server)
	return r, k, err
}

// save writes what the server said.
func (s *session) save() error {
	s.state.Schema = recordSchema
	return s.store(stateFile, s.state)
}

// asked notes how a request ended: whether the server could be reached.
func (c *Client) asked(err error) {
	switch api.CodeOf(err) {
	case api.CodeServerAway, api.CodeAnswerLost, api.CodeProxySignIn, api.CodeCertificate, api.CodeServerReply, api.CodeInsecureServer:
		c.reached = ServerAway
	default:
		c.reached = ServerReachable
	}
}

// random gives n random bytes in hex.
func (c *Client) random(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(c.cfg.Rand, b); err != nil {
		return "", api.Wrap(api.CodeInternal, err)
	}
	return hex.EncodeToString(b), nil
}

// chainBytes is the size of a chain value.
const chainBytes = 16

// loadChain reads the chain. A missing or broken one gives a pair that the
// server cannot know: it then asks for a code, which is the way on.
func (c *Client) loadChain() (chain, error) {
	ch := chain{}
	err := c.load(chainFile, &ch)
	if err == nil && ch.Prev != "" {
		return ch, nil
	}
	if err != nil && !errors.Is(err, errNoFile) && api.CodeOf(err) != api.CodeStateBroken {
		return chain{}, err
	}
	prev, err := c.random(chainBytes)
	return chain{Prev: prev, Fork: ch.Fork}, err
}

func (c *Client) storeChain(ch chain) error {
	ch.Schema = recordSchema
	return c.store(chainFile, ch)
}

// idempotency is the Idempotency-Key of a request body: the same body gets the
// same key, also after a relaunch, so that a lost answer is answered again.
func idempotency(k *keyring, parts ...string) string {
	h := sha256.New()
	h.Write(k.ring[:])
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
