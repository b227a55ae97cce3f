package kindtable

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

var update = flag.Bool("update", false, "write docs/kinds.md")

// testTexts gives the text of each test function of the fingerprint, with those
// of the helpers that it calls by name.
func testTexts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "fingerprint", "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of the fingerprint: %v", err)
	}
	texts, calls := map[string]string{}, map[string][]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, f, b, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Body == nil {
				continue
			}
			name := fn.Name.Name
			texts[name] += string(b[set.Position(fn.Pos()).Offset:set.Position(fn.End()).Offset])
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					if id, ok := c.Fun.(*ast.Ident); ok {
						calls[name] = append(calls[name], id.Name)
					}
				}
				return true
			})
		}
	}
	out := map[string]string{}
	for name, text := range texts {
		if !strings.HasPrefix(name, "Test") {
			continue
		}
		for _, helper := range calls[name] {
			text += "\n" + texts[helper]
		}
		out[name] = text
	}
	return out
}

func TestEveryKindHasASourceAndATest(t *testing.T) {
	for _, w := range Check(testTexts(t)) {
		t.Error(w)
	}
}

func TestPageIsFresh(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "kinds.md")
	if *update {
		if err := os.WriteFile(page, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != Page() {
		t.Error("docs/kinds.md is stale: go test ./internal/kindtable -update")
	}
}

// TestCheckSeesWhatIsMissing: without the tests every row is wrong.
func TestCheckSeesWhatIsMissing(t *testing.T) {
	rows := 0
	for _, p := range platforms() {
		rows += len(fingerprint.Kinds(p[0]))
	}
	if got := len(Check(nil)); got < rows {
		t.Errorf("%d faults in %d rows without a test", got, rows)
	}
	good := fingerprint.SourceInfo{Kind: "disk", From: "x", Rights: "any user", Evidence: fingerprint.Measured, Tests: []string{"TestA"}}
	for text, want := range map[string]int{
		`fingerprint.Live() "disk"`: 0, `fingerprint.Live() "boot-disk"`: 1, `"disk"`: 1, `"disks" "boot-disk"`: 2, `fingerprint.Live() {"boot-disk", "disk"}`: 0,
	} {
		if got := checkRow("x", "disk", good, map[string]string{"TestA": text}); len(got) != want {
			t.Errorf("%s: %q, want %d", text, got, want)
		}
	}
	if cell("a|b\nc") != `a\|b c` {
		t.Error("a cell breaks its column")
	}
}
