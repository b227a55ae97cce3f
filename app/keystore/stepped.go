package keystore

import "context"

// Steps of a store's operations, see Stepped. A keyring may also fail after
// the change was made, hence the second step.
const (
	StepGet        = "keyring-get"
	StepSet        = "keyring-set"
	StepSetDone    = "keyring-set-done"
	StepDelete     = "keyring-delete"
	StepDeleteDone = "keyring-delete-done"
)

// Stepped is the store s whose every step first calls hook with the step's
// name and the item's; when hook fails the operation returns that error and
// does nothing more.
func Stepped(s Store, hook func(step, name string) error) Store { return stepped{s, hook} }

type stepped struct {
	Store
	hook func(step, name string) error
}

// Get is Store's.
func (s stepped) Get(ctx context.Context, name string) ([]byte, error) {
	if err := s.hook(StepGet, name); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, name)
}

// Set is Store's.
func (s stepped) Set(ctx context.Context, name string, v []byte) error {
	if err := s.hook(StepSet, name); err != nil {
		return err
	}
	if err := s.Store.Set(ctx, name, v); err != nil {
		return err
	}
	return s.hook(StepSetDone, name)
}

// Delete is Store's.
func (s stepped) Delete(ctx context.Context, name string) error {
	if err := s.hook(StepDelete, name); err != nil {
		return err
	}
	if err := s.Store.Delete(ctx, name); err != nil {
		return err
	}
	return s.hook(StepDeleteDone, name)
}
