package files

import (
	"context"
	"time"

	"github.com/gofrs/flock"

	"github.com/seed-1feef0b2/holdfast/api"
)

// lockPoll is how often a busy lock is tried again.
const lockPoll = 20 * time.Millisecond

// Lock is an exclusive lock on a file, held against other programs and other
// holders in this one. The operating system drops it when the program ends,
// however it ends.
type Lock struct{ f *flock.Flock }

// Acquire takes the lock at path, making the file where there is none, and
// waits for at most timeout or until ctx ends. Errors: profile_busy when
// somebody else holds it, file where the lock file cannot be made.
func Acquire(ctx context.Context, path string, timeout time.Duration) (*Lock, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	f := flock.New(path, flock.SetPermissions(0o600))
	// A first try of its own: an ended context must not refuse a free lock.
	ok, err := f.TryLock()
	if err == nil && !ok {
		ok, err = f.TryLockContext(ctx, lockPoll)
	}
	switch {
	case ok:
		return &Lock{f}, nil
	case err == nil || ctx.Err() != nil:
		return nil, api.Wrap(api.CodeProfileBusy, err)
	}
	return nil, fail(err)
}

// Release gives the lock back. The lock file stays: removing it would let two
// programs hold locks on two files of one name.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	if err := l.f.Close(); err != nil {
		return fail(err)
	}
	return nil
}
