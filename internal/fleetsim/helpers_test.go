package fleetsim

import (
	"os"
	"sync"
	"testing"
)

// input gives the built-in input.
func input(t testing.TB) Input {
	t.Helper()
	in, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var readOnce = sync.OnceValues(func() (map[string]Base, error) {
	in, err := Default()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fleetsim")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return Bases(in, dir)
})

// bases reads the recorded computers once for all tests.
func bases(t testing.TB) map[string]Base {
	t.Helper()
	b, err := readOnce()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// stand is one stratum's bench: its shape, a judge and computers.
type stand struct {
	*judge
	in *Input
	st Stratum
}

func newStand(t testing.TB, in *Input, st Stratum, policy string) stand {
	t.Helper()
	base := bases(t)[st.Base]
	return stand{newJudge(in, newShape(&base), policy), in, st}
}

func (s stand) computer(id uint64) *computer {
	return newComputer(s.in, s.shape, s.st, s.in.Seed, id, id, 0)
}

func (s stand) keeper(c *computer) *keeper {
	k := &keeper{judge: s.judge, from: c.from}
	k.activate(c.look(), began)
	return k
}
