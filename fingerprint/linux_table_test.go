package fingerprint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// TestTableAndFilesAgree: what the kernel shows field by field and the table
// itself tell the same, on every recorded computer that has both.
func TestTableAndFilesAgree(t *testing.T) {
	tables := 0
	for _, c := range everyComputer() {
		dir := t.TempDir()
		if err := recorded.UnpackVariant(c[0], c[1], dir); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "sys/firmware/dmi/tables/DMI"))
		if err != nil {
			continue
		}
		tables++
		// As root, without the tags.
		if err := os.Remove(filepath.Join(dir, recorded.ManifestName)); err != nil {
			t.Fatal(err)
		}
		s, err := fingerprint.ReadWith(unhurried(t), open(t, dir), fingerprint.Options{Raw: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range fingerprint.FromTable(b) {
			found := false
			for _, got := range s.Of(want.Kind) {
				found = found || got == want
			}
			// A file that is not there is a text that the firmware left empty.
			if got := s.Of(want.Kind)[0]; !found && (got.State != fingerprint.Absent || want.State != fingerprint.Placeholder) {
				t.Errorf("%s: %+v in the files, %+v in the table", strings.Join(c[:], " "), got, want)
			}
		}
	}
	if tables < 20 {
		t.Errorf("only %d recorded computers have a table", tables)
	}
}
