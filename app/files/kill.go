package files

import (
	"errors"
	"strings"
	"sync"
)

// ErrKilled is what a Killer's hook returns at its point and ever after.
var ErrKilled = errors.New("files: killed here")

// Killer stands for a program that is killed at its nth durable step. Tests
// give its Hook to every store of one program (this package's Stepped, and
// others like it), so that their steps are counted together. A dry run with
// At 0 counts the steps.
type Killer struct {
	// At is the step to die at, counted from 1; 0 is never.
	At int

	mu    sync.Mutex
	count int
	steps []string
}

// Hook counts a step; from the step At on it fails with ErrKilled. Reading
// changes nothing and is not counted, but a dead program reads nothing either.
func (k *Killer) Hook(step, path string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !reads(step) && (k.At == 0 || k.count < k.At) {
		k.count++
		k.steps = append(k.steps, step+" "+path)
	}
	if k.At > 0 && k.count >= k.At {
		return ErrKilled
	}
	return nil
}

// reads says that a step changes nothing: this package's read, a keyring's get.
func reads(step string) bool { return step == StepRead || strings.HasSuffix(step, "-get") }

// Count is how many steps were counted.
func (k *Killer) Count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.count
}

// Dead says that the point was reached.
func (k *Killer) Dead() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.At > 0 && k.count >= k.At
}

// Steps are the counted steps in their order, "step path".
func (k *Killer) Steps() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.steps...)
}
