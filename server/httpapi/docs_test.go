package httpapi

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestDocumentedProblemsAndRoutes compares docs/protocol.md with the code: the
// same codes with the same statuses, the same routes.
func TestDocumentedProblemsAndRoutes(t *testing.T) {
	raw, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d{3}) \\|").FindAllStringSubmatch(string(raw), -1) {
		seen = append(seen, m[1])
		if strconv.Itoa(statuses[m[1]]) != m[2] {
			t.Errorf("%s: documented as %s, sent as %d", m[1], m[2], statuses[m[1]])
		}
	}
	slices.Sort(seen)
	if !slices.Equal(seen, codes()) {
		t.Errorf("documented codes:\n%v\nsent:\n%v", seen, codes())
	}
	for path, item := range newRig(t).api.huma.OpenAPI().Paths {
		method := "POST"
		if item.Get != nil {
			method = "GET"
		}
		if row := fmt.Sprintf("| %s | `%s` |", method, path); !strings.Contains(string(raw), row) {
			t.Errorf("docs/protocol.md has no row %s", row)
		}
	}
}
