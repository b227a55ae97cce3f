package fleetsim

import "testing"

// input gives the built-in input.
func input(t testing.TB) Input {
	t.Helper()
	in, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return in
}
