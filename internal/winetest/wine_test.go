package winetest

import (
	"fmt"
	"strings"
	"testing"
)

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

// heard hears what is said instead of a test's end.
type heard struct {
	testing.TB
	said string
}

func (h *heard) Helper() {}

func (h *heard) Fatal(args ...any) { h.said += "fatal: " + fmt.Sprint(args...) }

func (h *heard) Skip(args ...any) { h.said += "skip: " + fmt.Sprint(args...) }

// TestMissingToolsAreLoud: skipped by name, and red where all must run.
func TestMissingToolsAreLoud(t *testing.T) {
	for _, c := range []struct{ all, tool, want string }{{"1", "", "fatal: "}, {"", "", "skip: "}, {"1", "/usr/bin/wine", ""}} {
		t.Setenv("HOLDFAST_REQUIRE_ALL", c.all)
		h := &heard{TB: t}
		need(h, "/usr/bin/true", c.tool)
		said, _, _ := strings.Cut(h.said, "NOT TESTED")
		if said != c.want || c.want != "" && !strings.Contains(h.said, packages) {
			t.Errorf("HOLDFAST_REQUIRE_ALL=%q: %q", c.all, h.said)
		}
	}
}
