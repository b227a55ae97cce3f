package housetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/seed-1feef0b2/holdfast"

// goFile is one Go file of the project, parsed.
type goFile struct {
	path string // slash-separated, from the root
	pkg  string // its folder
	test bool
	text string
	ast  *ast.File
	fset *token.FileSet
}

func (f goFile) line(p token.Pos) int { return f.fset.Position(p).Line }

func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tracked lists the files that git tracks or would track; without git (a
// source archive) every file below the root.
var tracked = sync.OnceValues(func() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err == nil {
		var there []string
		for _, name := range strings.Fields(string(out)) {
			if _, err := os.Stat(filepath.Join("../..", name)); err == nil {
				there = append(there, name)
			}
		}
		return there, nil
	}
	var all []string
	err = filepath.WalkDir("../..", func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(p, "/bin/") && !strings.Contains(p, "/out/") {
			rel, _ := filepath.Rel("../..", p)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	return all, err
})

func files(t testing.TB) []string {
	t.Helper()
	names, err := tracked()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 20 {
		t.Fatalf("only %d files found", len(names))
	}
	return names
}

// goFiles parses every Go file of the project, all systems and tags included.
func goFiles(t testing.TB) []goFile {
	t.Helper()
	var out []goFile
	for _, name := range files(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "/testdata/") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, name, raw, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, goFile{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), string(raw), parsed, fset})
	}
	return out
}

func imports(f goFile) []string {
	var out []string
	for _, i := range f.ast.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}
