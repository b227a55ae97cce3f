package housetest

import (
	"go/ast"
	"go/token"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// clockRooms never reach for the time or for randomness: both are passed in.
var clockRooms = []string{"app", "server", "api", "fingerprint", "ui/screen", "ui/part"}

// reached names what must be passed in.
var reached = map[string]string{
	"time.Now": "pass a Now", "time.Sleep": "pass a clock and wait on a channel", "rand.Read": "pass a reader",
	"rand.Int": "pass a reader", "os.Getenv": "pass a setting",
}

// atTheEdge are the files whose whole job is to reach the system itself.
var atTheEdge = map[string]bool{
	"app/keystore/system_linux.go": true, // asks whether there is a session bus
	"fingerprint/live.go":          true, // the live computer's clock
	"server/kms.go":                true, // a key service draws its own nonces, as one in another process would
	"server/ring.go":               true, // a mark must never repeat, and a test's source may
}

func TestTimeAndRandomnessArePassedIn(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || !anyInside(f.pkg, clockRooms) || strings.HasSuffix(f.pkg, "test") || atTheEdge[f.path] {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok {
				if why, bad := reached[id.Name+"."+sel.Sel.Name]; bad {
					t.Errorf("%s:%d calls %s.%s: %s", f.path, f.line(call.Pos()), id.Name, sel.Sel.Name, why)
				}
			}
			return true
		})
	}
}

// TestOnePlaceCrossesToTheWindow: everything else would draw from the wrong
// goroutine sooner or later.
func TestOnePlaceCrossesToTheWindow(t *testing.T) {
	var where []string
	for _, f := range goFiles(t) {
		if !f.test && regexp.MustCompile(`\bfyne\.Do(AndWait)?\b`).MatchString(stripComments(f)) {
			where = append(where, f.path)
		}
	}
	if len(where) > 1 {
		t.Errorf("more than one place crosses to the window's goroutine: %v", where)
	}
}

func stripComments(f goFile) string {
	text := []byte(f.text)
	for _, g := range f.ast.Comments {
		for i := f.fset.Position(g.Pos()).Offset; i < f.fset.Position(g.End()).Offset; i++ {
			text[i] = ' '
		}
	}
	return string(text)
}

// TestNoHostButTheConfiguredServer: no address off this machine stands in the
// code as a string.
func TestNoHostButTheConfiguredServer(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || strings.HasSuffix(f.pkg, "test") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			for _, m := range regexp.MustCompile(`https?://[^\s\\"`+"`"+`'<>{}%]+`).FindAllString(lit.Value, -1) {
				if u, err := url.Parse(m); err != nil || !harmless(u.Hostname()) {
					t.Errorf("%s:%d names the host of %s", f.path, f.line(lit.Pos()), m)
				}
			}
			return true
		})
	}
}

// harmless hosts: loopback, the names reserved for examples (RFC 2606), and
// those that only name an XML space.
func harmless(host string) bool {
	return host == "" || host == "127" || host == "127.0.0.1" || host == "localhost" || host == "::1" || host == "www.w3.org" ||
		strings.HasSuffix(host, "example") || strings.HasSuffix(host, "example.org") || strings.HasSuffix(host, ".invalid")
}

func TestVersionsAgree(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root(t), "FyneApp.toml"))
	if err != nil {
		t.Fatal(err)
	}
	toml := string(raw)
	version := regexp.MustCompile(`(?m)^Version = "([0-9.]+)"$`).FindStringSubmatch(toml)
	if version == nil || !strings.Contains(toml, `ID = "org.holdfast.Holdfast"`) {
		t.Fatal("FyneApp.toml has no version, or another id")
	}
	log, err := os.ReadFile(filepath.Join(root(t), "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(log), version[1]) {
		t.Errorf("CHANGELOG.md does not name version %s", version[1])
	}
}
