package housetest

import (
	"strings"
	"testing"
)

// allowed says which rooms of ours a room may import; the longest matching
// prefix decides. A room may always import what is inside itself.
var allowed = map[string][]string{
	"api":                  {},
	"assets":               {"assets"},
	"fingerprint":          {},
	"fingerprint/recorded": {"fingerprint"},
	"fingerprint/rules":    {},
	"fingerprint/smbios":   {},
	"fingerprint/rpmdb":    {},
	"fingerprint/tagfile":  {},
	"fingerprint/tags":     {"fingerprint"},
	"app":                  {"app", "fingerprint", "api", "assets"},
	"app/chip":             {"api"},
	"app/files":            {"api"},
	"app/keystore":         {"app/files", "api"},
	"app/vault":            {"app/files", "fingerprint", "api"},
	"app/remote":           {"api"},
	"app/managed":          {"app/files", "api"},
	"ui":                   {"ui", "app", "fingerprint", "api", "assets"},
	"server":               {"api", "assets"},
	"server/store":         {"server", "api"},
	"server/httpapi":       {"server", "api", "assets"},
	"server/web":           {"server", "api", "assets"},
	"server/deliver":       {"server", "api", "assets"},
	"internal/version":     {},
	"internal/desktop":     {"ui", "app", "fingerprint", "api", "assets", "internal/version"},
	"internal/cli":         {"app", "fingerprint", "api", "assets", "internal/version"},
	"internal/daemon":      {"server", "api", "assets", "internal/version"},
	"cmd/fleetsim":         {"internal/fleetsim"},
	"cmd/holdfast":         {"internal/desktop"},
	"cmd/holdfastctl":      {"internal/cli"},
	"cmd/holdfastd":        {"internal/daemon"},
}

// siblings never import each other: adapters of one core.
var siblings = [][]string{
	{"app/chip", "app/keystore", "app/vault", "app/remote", "app/managed"},
	{"server/store", "server/httpapi", "server/web", "server/deliver"},
}

func TestArrowsGoDown(t *testing.T) {
	for _, f := range goFiles(t) {
		room, rule := ruleOf(f.pkg)
		if room == "" || f.test {
			continue
		}
		for _, imp := range imports(f) {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if !ok || inside(ours, room) || anyInside(ours, rule) && !sibling(f.pkg, ours) {
				continue
			}
			t.Errorf("%s imports %s: %s may import only itself and %v", f.path, ours, room, rule)
		}
	}
}

// TestTestsKeepTheLargeArrows: a test may reach sideways for a helper, but the
// client never sees the server, nor the server the client, even in tests;
// what needs both lives in internal/.
func TestTestsKeepTheLargeArrows(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, imp := range imports(f) {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if !ok || !f.test {
				continue
			}
			switch {
			case inside(f.pkg, "app") && inside(ours, "server"), inside(f.pkg, "server") && inside(ours, "app"),
				inside(f.pkg, "fingerprint") && !inside(ours, "fingerprint"):
				t.Errorf("%s imports %s: put this test into internal/", f.path, ours)
			}
		}
	}
}

func TestEveryRoomHasARule(t *testing.T) {
	for _, f := range goFiles(t) {
		if room, _ := ruleOf(f.pkg); room == "" && !strings.HasPrefix(f.pkg, "internal/") && !f.test {
			t.Errorf("%s: no rule says what this folder may import", f.pkg)
		}
	}
}

var foreign = []struct {
	imp  string
	only []string
	why  string
}{
	{"fyne.io/fyne/v2", []string{"ui", "internal/desktop", "internal/gallery", "internal/e2e", "internal/mailcases"}, "only the window draws"},
	{"database/sql", []string{"server/store"}, "SQL lives in one room"},
	{"modernc.org/sqlite", []string{"server/store"}, "SQL lives in one room"},
	{"github.com/jackc/pgx/v5", []string{"server/store"}, "SQL lives in one room"},
	{"github.com/zalando/go-keyring", []string{"app/keystore"}, "the keyring is reached behind a deadline only"},
	{"github.com/google/go-tpm", []string{"app/chip"}, "a chip is asked behind a deadline only"},
	{"github.com/go-resty/resty/v2", []string{"app/remote"}, "one room speaks to the server"},
	{"fyne.io/fyne/v2/app", []string{"internal/desktop", "internal/e2e"}, "screens are tested without a display"},
}

func TestForeignImportsStayInTheirRooms(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, imp := range imports(f) {
			for _, rule := range foreign {
				if (imp == rule.imp || strings.HasPrefix(imp, rule.imp+"/")) && !anyInside(f.pkg, rule.only) && !testOnly(f, rule.imp) {
					t.Errorf("%s imports %s: %s (%v)", f.path, imp, rule.why, rule.only)
				}
			}
		}
	}
}

// testOnly allows tests and internal helpers to open a database.
func testOnly(f goFile, imp string) bool {
	return (f.test || strings.HasPrefix(f.pkg, "internal/")) && !strings.HasPrefix(imp, "fyne.io")
}

func ruleOf(pkg string) (string, []string) {
	best := ""
	for room := range allowed {
		if inside(pkg, room) && len(room) > len(best) {
			best = room
		}
	}
	return best, allowed[best]
}

func inside(pkg, room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") }

func anyInside(pkg string, rooms []string) bool {
	for _, r := range rooms {
		if inside(pkg, r) {
			return true
		}
	}
	return false
}

func sibling(a, b string) bool {
	for _, set := range siblings {
		if x, y := member(a, set), member(b, set); x != "" && y != "" && x != y {
			return true
		}
	}
	return false
}

func member(pkg string, set []string) string {
	for _, s := range set {
		if inside(pkg, s) {
			return s
		}
	}
	return ""
}
