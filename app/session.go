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
	// reread says that this use case has already waited for what could not be read.
	reread bool
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
// the next check-in brings all of it back.
func (c *Client) records() (*identity, *record, error) {
	id, err := c.loadIdentity()
	if err != nil || id == nil {
		return nil, &record{Schema: recordSchema}, err
	}
	st := &record{}
	err = c.load(stateFile, st)
	if errors.Is(err, errNoFile) || api.CodeOf(err) == api.CodeStateBroken {
		return id, &record{Schema: recordSchema}, nil
	}
	c.past = st.Past
	return id, st, err
}

// loadIdentity reads the identity, from its copy where the first is missing or
// broken; nil where there is none. Both broken is an error, and both are set aside.
func (c *Client) loadIdentity() (*identity, error) {
	var broken error
	for _, name := range []string{identityFile, identityCopy} {
		id := &identity{}
		err := c.load(name, id)
		switch {
		case err == nil:
			return id, nil
		case api.CodeOf(err) == api.CodeStateBroken:
			broken = err
		case !errors.Is(err, errNoFile):
			return nil, err
		}
	}
	return nil, broken
}

// storeIdentity writes the identity and its copy; the first counts.
func (c *Client) storeIdentity(id *identity) error {
	if err := c.store(identityFile, id); err != nil {
		return err
	}
	return c.store(identityCopy, id)
}

// enrolled says that the server has given this computer a device id.
func enrolled(id *identity) bool { return id != nil && id.Device != "" }

// need gives connection and keys of an enrolled computer. Where a chip holds the
// device key and gives nothing, its trouble is the error.
func (s *session) need(ctx context.Context) (*remote.Client, *keyring, error) {
	r, k, err := s.reach(ctx)
	if err == nil && k.stuck() {
		err = k.trouble
	}
	return r, k, err
}

// reach is need, also of a computer whose chip gives nothing. The chip is asked
// again: what was wrong may be right by now.
func (s *session) reach(ctx context.Context) (*remote.Client, *keyring, error) {
	if !enrolled(s.id) {
		return nil, nil, api.NewError(api.CodeNotEnrolled, "register")
	}
	if s.ring != nil && s.ring.trouble != nil {
		s.ring = nil
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
	if err == nil && ch.Next != "" {
		return ch, nil
	}
	if err != nil && !errors.Is(err, errNoFile) && api.CodeOf(err) != api.CodeStateBroken {
		return chain{}, err
	}
	next, err := c.random(chainBytes)
	return chain{Next: next, Answered: true}, err
}

// nextPair gives the pair to send and writes it first: a new one where the last
// was answered, else the same again. The pair of an enrolment was answered by
// the enrolment.
func (c *Client) nextPair() (chain, error) {
	ch, err := c.loadChain()
	if err != nil || !ch.Answered && ch.Prev != "" {
		return ch, err
	}
	next, err := c.random(chainBytes)
	if err != nil {
		return ch, err
	}
	ch.Prev, ch.Next, ch.Answered = ch.Next, next, false
	return ch, c.storeChain(ch)
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
