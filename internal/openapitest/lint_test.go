package openapitest

import (
	"embed"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

//go:embed node/package.json node/package-lock.json node/ruleset.yaml
var files embed.FS

func file(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := files.ReadFile("node/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// served is the document as a client gets it.
func served(t *testing.T, s *apptest.Server) []byte {
	t.Helper()
	r, err := http.Get(s.URL + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestTheDocumentPassesALinter: Spectral, with all of its rules for OpenAPI. Any
// finding, down to a hint, is a failure.
func TestTheDocumentPassesALinter(t *testing.T) {
	modules := delivertest.NodeModules(t, file(t, "package.json"), file(t, "package-lock.json"))
	dir := t.TempDir()
	for name, raw := range map[string][]byte{"openapi.json": served(t, apptest.NewServer(t)), "ruleset.yaml": file(t, "ruleset.yaml")} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", filepath.Join(modules, "@stoplight/spectral-cli/dist/index.js"), "lint",
		"--ruleset", "ruleset.yaml", "--fail-severity", "hint", "openapi.json")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
