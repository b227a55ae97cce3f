// Package keystoretest holds a keystore in memory, for tests of whatever needs
// one. No program may import it: it keeps nothing.
package keystoretest

import (
	"context"
	"slices"
	"sync"

	"github.com/seed-1feef0b2/holdfast/app/keystore"
)

// Memory is a Store in memory.
type Memory struct {
	mu    sync.Mutex
	items map[string][]byte
	err   error
}

// New is an empty Memory.
func New() *Memory { return &Memory{items: map[string][]byte{}} }

// Kind is Store's.
func (m *Memory) Kind() string { return "memory" }

// Fail makes every later call return err; nil mends it.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// Get is Store's.
func (m *Memory) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	v, ok := m.items[name]
	if !ok {
		return nil, keystore.ErrNotFound
	}
	return slices.Clone(v), nil
}

// Set is Store's.
func (m *Memory) Set(_ context.Context, name string, v []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.items[name] = slices.Clone(v)
	return nil
}

// Delete is Store's.
func (m *Memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	delete(m.items, name)
	return nil
}

// Names are the names of all items, sorted.
func (m *Memory) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for n := range m.items {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}
