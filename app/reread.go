package app

import (
	"context"
	"errors"
	"time"

	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// rereadAfter are the pauses before this computer is read again: a disk that is
// just waking, a root service that starts at the same moment.
var rereadAfter = []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2 * time.Second}

// lookAgain looks, and looks again after a moment where the vault stays shut only
// because something bound could not be read. Unreadable is not different: to say
// "locked" at once would cost the person a code for a hiccup. A computer that
// differs waits for nothing, and no use case waits twice.
func (s *session) lookAgain(ctx context.Context) *view {
	v := s.look(ctx, s.id, s.state)
	if s.reread {
		return v
	}
	for _, pause := range rereadAfter {
		if !errors.Is(v.vaultErr, vault.ErrUnread) {
			break
		}
		s.reread = true
		if s.cfg.Wait(ctx, pause) != nil {
			break
		}
		v = s.look(ctx, s.id, s.state)
	}
	return v
}

// wait waits by the system's timer.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
