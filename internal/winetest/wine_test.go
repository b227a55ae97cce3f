package winetest

import "testing"

// TestUnderWine is everything that one Wine prefix is made for; making it takes
// longer than most of the rest.
func TestUnderWine(t *testing.T) {
	w := New(t)
	t.Run("the reader", func(t *testing.T) { readerUnderWine(t, w) })
	t.Run("Credential Manager", func(t *testing.T) { credentialsUnderWine(t, w) })
	t.Run("the command line", func(t *testing.T) { storyUnderWine(t, w) })
}

// passed runs the tests of a package's program and wants every one to pass.
func passed(t *testing.T, w *Wine, env []string, program, pattern string) Result {
	t.Helper()
	r := w.Run(t, env, "", program, "-test.v", "-test.run", pattern)
	if r.Code != 0 || !contains(r.Stdout, "--- PASS") || contains(r.Stdout, "--- SKIP") {
		t.Fatalf("exit %d after %v\n%s%s", r.Code, r.Took, r.Stdout, r.Stderr)
	}
	return r
}
