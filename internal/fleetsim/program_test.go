package fleetsim

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPageIsUpToDate needs no simulation: the page names what it was made from.
func TestPageIsUpToDate(t *testing.T) {
	in := input(t)
	if err := Check("../../docs", in, bases(t), FullSize); err != nil {
		t.Error(err)
	}
	page, err := os.ReadFile("../../docs/" + PageName)
	if err != nil || bytes.Contains(page, []byte("Not kept")) {
		t.Errorf("the page says that a promise is not kept (%v)", err)
	}
}

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	small := []string{"-out", dir, "-years", "8", "-sweep-years", "4", "-tries", "5"}
	var out, errs bytes.Buffer
	main := func(args ...string) int {
		out.Reset()
		errs.Reset()
		return Program{Args: args, Stdout: &out, Stderr: &errs}.Main(context.Background())
	}
	if code := main(append(small, "-check")...); code != 1 {
		t.Errorf("no page yet: %d %s", code, errs.String())
	}
	if code := main(small...); code != 0 && code != 3 || !strings.Contains(out.String(), "Windows: `balanced` asks in vain") {
		t.Fatalf("%d %s %s", code, out.String(), errs.String())
	}
	if code := main(append(small, "-check")...); code != 0 {
		t.Errorf("the page that was just made: %d %s", code, errs.String())
	}
	if code := main("-out", dir, "-check"); code != 1 {
		t.Errorf("a page of another size: %d", code)
	}
	files, _ := filepath.Glob(dir + "/*")
	if len(files) != 5 {
		t.Errorf("%v", files)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil || len(raw) < 1000 {
			t.Errorf("%s: %d bytes, %v", f, len(raw), err)
		}
		if strings.HasSuffix(f, ".svg") {
			wellFormed(t, f, raw)
		}
	}
	other := filepath.Join(dir, "rates.json")
	if err := os.WriteFile(other, bytes.Replace(builtIn, []byte(`"seed": `), []byte(`"seed": 1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := main(append(small, "-check", "-input", other)...); code != 1 {
		t.Errorf("another input: %d", code)
	}
	for _, wrong := range [][]string{{"-years", "0"}, {"-tries", "x"}, {"more"}, {"-nonsense"}} {
		if code := main(wrong...); code != 2 {
			t.Errorf("%v: %d", wrong, code)
		}
	}
	if code := main("-input", dir+"/nothing"); code != 1 {
		t.Errorf("no such input: %d", code)
	}
}

func wellFormed(t *testing.T, name string, raw []byte) {
	t.Helper()
	if bytes.Contains(raw, []byte("NaN")) || bytes.Contains(raw, []byte("Inf")) {
		t.Errorf("%s has a number that is none", name)
	}
	for d := xml.NewDecoder(bytes.NewReader(raw)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
