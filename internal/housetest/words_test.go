package housetest

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatBelongsInIt(t *testing.T) {
	said := map[string]string{}
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		if doc := f.ast.Doc.Text(); len(doc) > len(said[f.pkg]) {
			said[f.pkg] = doc
		} else if _, seen := said[f.pkg]; !seen {
			said[f.pkg] = ""
		}
	}
	for pkg, doc := range said {
		if len(strings.Fields(doc)) < 8 {
			t.Errorf("%s: no package comment that says what belongs in it and what does not", pkg)
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.pkg, "internal/housetest") {
			continue
		}
		for _, d := range f.ast.Decls {
			undocumented(t, f, d)
		}
	}
}

func undocumented(t *testing.T, f goFile, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && !interfaceMethod(d) {
			t.Errorf("%s: %s has no comment", f.path, d.Name.Name)
		}
	case *ast.GenDecl:
		if d.Tok != token.TYPE {
			return
		}
		for _, s := range d.Specs {
			ts := s.(*ast.TypeSpec)
			if ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil && ts.Comment == nil {
				t.Errorf("%s: type %s has no comment", f.path, ts.Name.Name)
			}
		}
	}
}

// widgetMethods are asked for by Fyne's interfaces, which say what they do.
var widgetMethods = regexp.MustCompile(`^(FocusGained|FocusLost|TypedRune|TypedKey|TypedShortcut|Cursor|MinSize|CreateRenderer|Tapped|MouseIn|MouseOut|MouseMoved|Refresh|Layout|Objects|Destroy|Color|Font|Icon|Size|Resize|Move|Show|Hide|Accessibility\w+|AcceptsTab|Disable|Enable|Disabled|Keyboard)$`)

// interfaceMethod: methods that only fulfil an interface of the library say
// nothing new.
func interfaceMethod(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	if widgetMethods.MatchString(d.Name.Name) {
		return true
	}
	recv := d.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	id, ok := recv.(*ast.Ident)
	return !ok || !id.IsExported()
}

// outside are places that nothing in the project may name: it must stand alone
// for someone who clones it. Spelt in halves, so that this file may be read too.
var outside = regexp.MustCompile(`(?i)(/wor` + `k/main|/far` + `m/|/tmp/pl` + `an|shared/sp` + `ec|farm-st` + `udio|farm-be` + `nch|DESIGN\.m` + `d|REQUIREMENTS\.m` + `d|COMPONENTS\.m` + `d|proxy\.gol` + `ang|deb\.debi` + `an\.org|registry\.npm` + `js|/root/g` + `o|web` + `money)`)

func TestNothingNamesAPlaceOutsideTheProject(t *testing.T) {
	for _, name := range files(t) {
		raw, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".sum") || !isText(raw) {
			continue
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if m := outside.FindString(line); m != "" {
				t.Errorf("%s:%d names %q", name, i+1, m)
			}
		}
	}
}

var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK|not imple` + `mented|unimple` + `mented)\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	for _, f := range goFiles(t) {
		if m := unfinished.FindString(f.text); m != "" {
			t.Errorf("%s says %q: finish it", f.path, m)
		}
	}
}

func isText(raw []byte) bool {
	return !strings.Contains(string(raw[:min(len(raw), 8000)]), "\x00")
}
