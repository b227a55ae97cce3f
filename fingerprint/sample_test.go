package fingerprint

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// measured are the fields of a dump that the rules are measured on, by section.
var measured = []struct{ section, field string }{
	{"BIOS Information", "Vendor"},
	{"BIOS Information", "Version"},
	{"BIOS Information", "Release Date"},
	{"System Information", "Manufacturer"},
	{"System Information", "Product Name"},
	{"System Information", "SKU Number"},
	{"Base Board Information", "Manufacturer"},
	{"Base Board Information", "Product Name"},
	{"Memory Device", "Manufacturer"},
	{"Memory Device", "Part Number"},
}

// fieldUse is what the dumps hold in one field.
type fieldUse struct {
	count  map[string]int             // by text, as it is written
	makers map[string]map[string]bool // by folded text: the makers' folders
}

// gather reads all dumps of an archive.
func gather(t *testing.T, r io.Reader) (use map[string]*fieldUse, dumps int) {
	t.Helper()
	use = map[string]*fieldUse{}
	for _, m := range measured {
		use[m.section+", "+m.field] = &fieldUse{map[string]int{}, map[string]map[string]bool{}}
	}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return use, dumps
		}
		if err != nil {
			t.Fatal(err)
		}
		if parts := strings.Split(strings.TrimPrefix(h.Name, "./"), "/"); h.Typeflag == tar.TypeReg && len(parts) >= 4 {
			dumps++
			gatherDump(tr, parts[2], use)
		}
	}
}

func gatherDump(r io.Reader, maker string, use map[string]*fieldUse) {
	section := ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, "\t") {
			section = line
			continue
		}
		k, v, ok := strings.Cut(strings.TrimPrefix(line, "\t"), ":")
		u := use[section+", "+k]
		if !ok || u == nil {
			continue
		}
		v = clean(v)
		u.count[v]++
		if u.makers[fold(v)] == nil {
			u.makers[fold(v)] = map[string]bool{}
		}
		u.makers[fold(v)][maker] = true
	}
}

// realFirmware opens the dumps where they lie beside the project.
func realFirmware(t *testing.T) (map[string]*fieldUse, int) {
	t.Helper()
	archive := filepath.Join("..", "..", "shared", "data", "dmi-sample.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("SKIPPED: no dumps of real computers beside the project (%v)", err)
	}
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("SKIPPED: xz is not installed")
	}
	cmd := exec.CommandContext(t.Context(), "xz", "-dc", archive)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	use, dumps := gather(t, out)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return use, dumps
}

// TestRulesOnRealFirmware measures the placeholder rules on dumps of real
// computers and writes what it finds into the docs. A model or a stock number
// that many makers share is nobody's, and the rules should know it.
func TestRulesOnRealFirmware(t *testing.T) {
	use, dumps := realFirmware(t)
	set := rules.Default()
	var missed []string
	shared := 0
	for _, field := range []string{"System Information, Product Name", "System Information, SKU Number", "Base Board Information, Product Name"} {
		for text, makers := range use[field].makers {
			if len(makers) < 4 {
				continue
			}
			shared++
			if !set.Text(text) {
				missed = append(missed, text)
			}
		}
	}
	if dumps < 1000 || shared < 5 || len(missed) > 0 {
		t.Errorf("%d dumps: of %d texts that four makers share, the rules miss %q", dumps, shared, missed)
	}
	// A firmware's maker, version and date are hardly ever fillers: where many are
	// refused, a rule is wrong.
	for _, field := range []string{"Vendor", "Version", "Release Date"} {
		if kept, all := shares(use["BIOS Information, "+field], set); kept < all*99/100 {
			t.Errorf("BIOS %s: only %d of %d are kept", field, kept, all)
		}
	}
	page := rulesPage(use, dumps, set)
	name := filepath.Join("..", "docs", "placeholder-rules.md")
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(name, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if old, err := os.ReadFile(name); err != nil || !bytes.Equal(old, page) {
		t.Errorf("docs/placeholder-rules.md is out of date (%v): run go test ./fingerprint -run TestRulesOnRealFirmware -update", err)
	}
}

func shares(u *fieldUse, set *rules.Set) (kept, all int) {
	for text, n := range u.count {
		all += n
		if !set.Text(text) {
			kept += n
		}
	}
	return kept, all
}

func rulesPage(use map[string]*fieldUse, dumps int, set *rules.Set) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The placeholder rules, measured

This page is made by a test (%s). It measures the built-in rules,
version %d, on %d descriptions of real computers by their firmware: linuxhw/DMI, CC BY 4.0, a sample drawn by hash. Serial numbers
and identifiers are blacked out there, so only the rules for texts are measured on it; those for serial numbers, identifiers and
addresses have tables of cases in `+"`fingerprint/rules`"+`.

| table | field | values | different | kept | refused |
|---|---|---|---|---|---|
`, "`go test ./fingerprint -run TestRulesOnRealFirmware -update`", set.Version(), dumps)
	for _, m := range measured {
		u := use[m.section+", "+m.field]
		kept, all := shares(u, set)
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %.1f %% | %.1f %% |\n", strings.TrimSuffix(m.section, " Information"), m.field, all, len(u.count),
			100*float64(kept)/float64(all), 100*float64(all-kept)/float64(all))
	}
	b.WriteString(`
Half of all stock numbers and a fifth of all system names are fillers, and so is what stands for a maker in empty memory sockets. Names of
boards, makers of boards and versions of firmware are nearly always real.

## The 50 most frequent values that are kept

For a person to judge: a filler among them is a rule that is missing. Kept on purpose: what names a platform and is shared by all its
computers (names of reference designs among the stock numbers, a maker's name as the name of a board), for it still tells models apart; and
makers of memory by their number (JEP106), which many modules give in place of the name.

`)
	for _, group := range []struct {
		title  string
		fields []string
	}{
		{"Names of systems and boards, stock numbers", []string{"System Information, Product Name", "System Information, SKU Number", "Base Board Information, Product Name"}},
		{"Makers", []string{"System Information, Manufacturer", "Base Board Information, Manufacturer", "BIOS Information, Vendor"}},
		{"Memory: makers and part numbers", []string{"Memory Device, Manufacturer", "Memory Device, Part Number"}},
	} {
		fmt.Fprintf(&b, "**%s.** %s.\n\n", group.title, strings.Join(mostFrequent(use, group.fields, set, 50), " · "))
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

// mostFrequent gives "text n" for the texts that are kept, the commonest first.
func mostFrequent(use map[string]*fieldUse, fields []string, set *rules.Set, limit int) []string {
	count := map[string]int{}
	for _, f := range fields {
		for text, n := range use[f].count {
			if !set.Text(text) {
				count[text] += n
			}
		}
	}
	list := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	var out []string
	for _, text := range list[:min(limit, len(list))] {
		out = append(out, fmt.Sprintf("`%s` %d", text, count[text]))
	}
	return out
}
