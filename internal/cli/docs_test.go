package cli

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPageSaysWhatTheProgramDoes: every command, flag, variable and exit code
// is on the page, and the page has no other.
func TestPageSaysWhatTheProgramDoes(t *testing.T) {
	raw, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	headings := matches(page, "(?m)^### `(.*)`$")
	var want []string
	for _, cmd := range commands() {
		want = append(want, cmd.synopsis())
		for _, f := range cmd.flags {
			if !strings.Contains(page, "| `"+strings.TrimSpace("--"+f.name+" "+f.value)+"` |") {
				t.Errorf("%s: --%s is in no table", cmd.name, f.name)
			}
		}
	}
	for _, h := range headings {
		if !slices.Contains(want, h) && !strings.HasPrefix(h, "demo ") {
			t.Errorf("the page has a command %q", h)
		}
	}
	for _, w := range want {
		if !slices.Contains(headings, w) {
			t.Errorf("no heading for %q", w)
		}
	}
	for _, f := range globalFlags {
		if w := strings.ReplaceAll(strings.TrimSpace("--"+f.name+" "+f.value), "|", `\|`); !strings.Contains(page, "| `"+w+"` |") {
			t.Errorf("--%s is in no table", f.name)
		}
	}
	for _, v := range []string{EnvServer, EnvPassphraseFile} {
		if !strings.Contains(page, "| `"+v+"` |") {
			t.Errorf("%s is in no table", v)
		}
	}
	var codes []string
	for _, n := range exitCodes() {
		codes = append(codes, fmt.Sprint(n))
	}
	if got := matches(page, `(?m)^\| (\d+) \|`); !slices.Equal(got, codes) {
		t.Errorf("the page has the exit codes %v, the program %v", got, codes)
	}
}

func matches(text, pattern string) []string {
	var out []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestEveryExitCodeIsListed: an error's exit code is one that the usage text names.
func TestEveryExitCodeIsListed(t *testing.T) {
	for code, exit := range exits {
		if !slices.Contains(exitCodes(), exit) {
			t.Errorf("%s ends with %d, which no text names", code, exit)
		}
	}
}
