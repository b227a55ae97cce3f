package kindtable

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// platforms are the systems of the page, in its order, with the names that
// people give them.
func platforms() [][2]string {
	return [][2]string{{"linux", "Linux"}, {"windows", "Windows"}, {"darwin", "macOS"}}
}

const head = `# Components, kind by kind

Made from the code by ` + "`go test ./internal/kindtable -update`" + `; a test fails when this page is stale, when a kind has no row, or when a row has no
test that exists and names the kind. Why each is read and what it is worth: ` + "`docs/fingerprint.md`" + `.

- **rights**: who may read it. Nothing is read by asking for more rights.
- **measured**: a test reads it on a running computer of that system. **recorded**: tests read it from recorded computers only.
- ★ identifies this very computer. A set has several members, each compared on its own.
`

// Page gives the whole page.
func Page() string {
	var b strings.Builder
	b.WriteString(head)
	for _, p := range platforms() {
		table(&b, p[0], p[1])
	}
	return b.String()
}

func table(b *strings.Builder, platform, name string) {
	rows := fingerprint.Sources(platform)
	measured := 0
	for _, r := range rows {
		if r.Evidence == fingerprint.Measured {
			measured++
		}
	}
	fmt.Fprintf(b, "\n## %s\n\n%d kinds, %d of them measured.\n\n", name, len(rows), measured)
	b.WriteString("| kind | source | rights | evidence | test |\n|---|---|---|---|---|\n")
	for _, k := range fingerprint.Kinds(platform) {
		i := slices.IndexFunc(rows, func(r fingerprint.SourceInfo) bool { return r.Kind == k.Kind })
		if i < 0 {
			continue
		}
		r := rows[i]
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", label(k), cell(r.From), cell(r.Rights), r.Evidence, strings.Join(r.Tests, ", "))
	}
}

// label is a kind's name with what is special about it.
func label(k fingerprint.KindInfo) string {
	s := k.Kind
	if k.Identifier {
		s += " ★"
	}
	if k.Set {
		s += " (set)"
	}
	return s
}

// cell keeps a text inside its column.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// Check gives what is wrong with the rows: kinds without one, rows without
// evidence or tests, tests that do not exist or do not speak of the kind. The
// texts of test functions are given by their names.
func Check(tests map[string]string) []string {
	var wrong []string
	for _, p := range platforms() {
		rows := map[string]fingerprint.SourceInfo{}
		for _, r := range fingerprint.Sources(p[0]) {
			if _, twice := rows[r.Kind]; twice {
				wrong = append(wrong, p[0]+", "+r.Kind+": there twice")
			}
			rows[r.Kind] = r
		}
		for _, k := range fingerprint.Kinds(p[0]) {
			wrong = append(wrong, checkRow(p[0]+", "+k.Kind, k.Kind, rows[k.Kind], tests)...)
			delete(rows, k.Kind)
		}
		for kind := range rows {
			wrong = append(wrong, p[0]+", "+kind+": no such kind")
		}
	}
	slices.Sort(wrong)
	return wrong
}

func checkRow(at, kind string, r fingerprint.SourceInfo, tests map[string]string) []string {
	var wrong []string
	if r.Kind == "" {
		return []string{at + ": no row"}
	}
	if r.From == "" || r.Rights == "" || r.Evidence != fingerprint.Measured && r.Evidence != fingerprint.RecordedOnly {
		wrong = append(wrong, at+": source, rights or evidence is missing")
	}
	if len(r.Tests) == 0 {
		wrong = append(wrong, at+": no test")
	}
	live := false
	for _, name := range r.Tests {
		text, there := tests[name]
		switch {
		case !there:
			wrong = append(wrong, at+": there is no test "+name)
		case !names(text, kind):
			wrong = append(wrong, at+": "+name+" does not name the kind")
		}
		live = live || strings.Contains(text, "fingerprint.Live()")
	}
	if r.Evidence == fingerprint.Measured && !live {
		wrong = append(wrong, at+": measured, but no test reads a running computer")
	}
	return wrong
}

// names says whether a text has a kind as a word of its own; "disk" is not in
// "boot-disk".
func names(text, kind string) bool {
	for rest := text; ; {
		i := strings.Index(rest, kind)
		if i < 0 {
			return false
		}
		before, after := byte(' '), byte(' ')
		if i > 0 {
			before = rest[i-1]
		}
		if end := i + len(kind); end < len(rest) {
			after = rest[end]
		}
		if !inWord(before) && !inWord(after) {
			return true
		}
		rest = rest[i+len(kind):]
	}
}

func inWord(c byte) bool {
	return c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
