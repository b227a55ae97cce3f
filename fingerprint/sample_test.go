package fingerprint

import (
	"archive/tar"
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// fieldTexts gathers, over the dumps of an archive, which makers (the folder of
// a dump) wrote each text into a field of the tables about system and board.
func fieldTexts(t *testing.T, r io.Reader, fields ...string) (texts map[string]map[string]bool, dumps int) {
	t.Helper()
	texts = map[string]map[string]bool{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return texts, dumps
		}
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(strings.TrimPrefix(h.Name, "./"), "/")
		if h.Typeflag != tar.TypeReg || len(parts) < 4 {
			continue
		}
		dumps++
		section := ""
		for lines := bufio.NewScanner(tr); lines.Scan(); {
			line := lines.Text()
			if !strings.HasPrefix(line, "\t") {
				section = line
				continue
			}
			k, v, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok || section != "System Information" && section != "Base Board Information" || !slices.Contains(fields, k) {
				continue
			}
			v = fold(clean(v))
			if texts[v] == nil {
				texts[v] = map[string]bool{}
			}
			texts[v][parts[2]] = true
		}
	}
}

// TestRulesOnRealFirmware measures the placeholder rules on dumps of real
// computers, where they lie beside the project. A model or a stock number that
// many makers share is nobody's, and the rules should know it.
func TestRulesOnRealFirmware(t *testing.T) {
	archive := filepath.Join("..", "..", "shared", "data", "dmi-sample.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("SKIPPED: no dumps of real computers beside the project (%v)", err)
	}
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("SKIPPED: xz is not installed")
	}
	cmd := exec.Command("xz", "-dc", archive)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	texts, dumps := fieldTexts(t, out, "Product Name", "SKU Number")
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var missed []string
	rejected, shared := 0, 0
	for text, makers := range texts {
		no := rules.Default().Text(text)
		if no {
			rejected++
		}
		if len(makers) >= 4 {
			shared++
			if !no {
				missed = append(missed, text)
			}
		}
	}
	slices.Sort(missed)
	t.Logf("%d dumps, %d texts, %d rejected; of %d texts that four makers or more share, %d pass: %q",
		dumps, len(texts), rejected, shared, len(missed), missed)
	if dumps < 1000 || shared < 5 || len(missed) > shared/4 {
		t.Errorf("the rules miss %d of %d", len(missed), shared)
	}
}
