package linear

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// forgetful is a store with a mistake: some of what a write reads, it reads in a
// transaction of its own before the one in which it writes.
type forgetful struct {
	server.Store
	counters, challenges, devices bool
}

var errLook = errors.New("only looking")

// Write looks first, forgets that it looked in another transaction, and writes.
func (f forgetful) Write(ctx context.Context, fn func(server.Tx) error) error {
	seen := &seen{of: f, values: map[string]any{}}
	err := f.Store.Write(ctx, func(tx server.Tx) error {
		seen.values = map[string]any{}
		if err := fn(early{tx, seen}); err != nil {
			return err
		}
		return errLook
	})
	if !errors.Is(err, errLook) {
		return err
	}
	return f.Store.Write(ctx, func(tx server.Tx) error {
		return fn(early{tx, seen})
	})
}

// seen is what the first look saw, by question; only the first answer counts.
type seen struct {
	of     forgetful
	values map[string]any
}

func ask[T any](s *seen, on bool, question string, get func() (T, error)) (T, error) {
	if v, ok := s.values[question]; ok && on {
		return v.(T), nil
	}
	v, err := get()
	if err == nil && on {
		s.values[question] = v
	}
	return v, err
}

// early answers from what was seen.
type early struct {
	server.Tx
	seen *seen
}

func (e early) Times(key []byte) ([]int64, error) {
	return ask(e.seen, e.seen.of.counters, fmt.Sprintf("times %x", key), func() ([]int64, error) { return e.Tx.Times(key) })
}

func (e early) ChallengeByReference(device, reference string) (server.Challenge, error) {
	return ask(e.seen, e.seen.of.challenges, "challenge "+device+reference, func() (server.Challenge, error) {
		return e.Tx.ChallengeByReference(device, reference)
	})
}

func (e early) DeviceByKey(keyid string) (server.Device, error) {
	return ask(e.seen, e.seen.of.devices, "device "+keyid, func() (server.Device, error) { return e.Tx.DeviceByKey(keyid) })
}

// TestAPlantedMistakeIsFound: the check would notice a store that reads outside
// of its transaction, whatever it reads there.
func TestAPlantedMistakeIsFound(t *testing.T) {
	const most = 40 // histories; most are noticed in the first
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		mistakes := map[string]forgetful{"challenges": {challenges: true}}
		if full() || d.Name == "sqlite" {
			mistakes["counters"], mistakes["devices"] = forgetful{counters: true}, forgetful{devices: true}
		}
		for name, mistake := range mistakes {
			r := newRig(t, d, func(s server.Store) server.Store {
				mistake.Store = s
				return mistake
			})
			n := 1
			for ; n <= most && !r.noticed(t, name); n++ {
			}
			if n > most {
				t.Errorf("%s read outside: not noticed in %d histories", name, most)
				continue
			}
			fmt.Printf("%s: %s read outside of the transaction: noticed in history %d\n", d.Name, name, n)
		}
	})
}

// noticed says whether a history with a mistake finds no explanation.
func (r *rig) noticed(t *testing.T, mistake string) bool {
	t.Helper()
	switch mistake {
	case "counters":
		h, m := r.sendHistory(4)
		return !explained(t, m, h)
	case "devices":
		h, start := r.chainHistory(6, 2, 3)
		return !explained(t, chainModel(start), h)
	default:
		return !explained(t, triesModel(3), r.triesHistory(8, 4))
	}
}
