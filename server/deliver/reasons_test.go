package deliver

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// sentences are the details that this package says in words of its own: what is
// passed to the makers of outcomes, and what the functions named …rouble give.
func sentences(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if fn, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"putOff", "refused", "down"}, fn.Name) {
					out = append(out, words(n.Args)...)
				}
			case *ast.FuncDecl:
				if strings.HasSuffix(n.Name.Name, "rouble") {
					ast.Inspect(n.Body, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok {
							out = append(out, words(r.Results)...)
						}
						return true
					})
				}
			}
			return true
		})
	}
	return out
}

func words(list []ast.Expr) []string {
	var out []string
	for _, e := range list {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// TestEveryReasonIsSaidInEveryLanguage: no English sentence of ours stands in a
// Vietnamese or Russian window.
func TestEveryReasonIsSaidInEveryLanguage(t *testing.T) {
	all := sentences(t)
	if len(all) < 15 {
		t.Fatalf("only %d sentences found: %q", len(all), all)
	}
	for _, s := range all {
		for _, lang := range text.Languages {
			if key := "delivery.why." + api.DetailKey(s); !text.For(lang).Has(key) {
				t.Errorf("assets/translations/delivery.%s.json has no %s, for %q", lang, key, s)
			}
		}
	}
}
