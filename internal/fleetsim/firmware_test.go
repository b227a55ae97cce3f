package fleetsim

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// filler knows the texts that stand for nothing in the fields that classify
// looks at.
var filler = regexp.MustCompile(`^(to be filled.*|tobefilled.*|fill by oem|default ?string|not (specified|available|applicable|present|settable|defined)|n/?a|null|unknown|undefined|invalid|oem.*|o\.e\.m\.?|standard|system (product|name|version).*|type[0-9].*|123456789.*|all series|x+|0+|\.+|-+|)$`)

// dumps gives the tar of dmidecode dumps that may lie beside the project.
func dumps(t *testing.T) io.Reader {
	t.Helper()
	archive := filepath.Join("..", "..", "..", "shared", "data", "dmi-sample.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		// They lie beside few copies of the project, so nothing requires them.
		t.Skipf("SKIPPED: no dumps of real computers beside the project (%v)", err)
	}
	cmd := exec.Command("xz", "-dc", archive)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("xz cannot be started (%v)", err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	return out
}

// TestPatternsAreTheMeasuredOnes compares the input's patterns of laptops and
// desktops with the dumps.
func TestPatternsAreTheMeasuredOnes(t *testing.T) {
	got, total, err := MeasureFirmware(dumps(t), filler.MatchString)
	if err != nil {
		t.Fatal(err)
	}
	if total["laptop"] < 1000 || total["desktop"] < 800 {
		t.Fatalf("%v", total)
	}
	raw, _ := json.Marshal(got)
	t.Logf("%v %s", total, raw)
	in := input(t)
	for _, form := range []string{"laptop", "desktop"} {
		for _, g := range got {
			if !slices.Contains(g.Forms, form) || g.Share < 0.002 {
				continue
			}
			i := slices.IndexFunc(in.Patterns, func(p Pattern) bool {
				return p.Name == g.Name && slices.Contains(p.Forms, form) && slices.Contains(p.Platforms, "linux")
			})
			if i < 0 || math.Abs(in.Patterns[i].Share-g.Share) > 0.004 {
				t.Errorf("%s %q: measured %.4f, the input says otherwise", form, g.Name, g.Share)
			}
		}
	}
}

func TestClassify(t *testing.T) {
	const named = "System Information\n\tProduct Name: X1\n\tUUID: --\nBase Board Information\n\tManufacturer: "
	for _, tt := range []struct{ form, dump, want string }{
		{"laptop", named + "ACME\n\tProduct Name: B\n\tSerial Number: --\n", "uuid, serial, board"},
		{"laptop", named + "Dell Inc.\n\tProduct Name: B\n\tSerial Number: --\n", "uuid of serial, serial, board of serial"},
		{"laptop", named + "ACME\n\tProduct Name: X1\n\tSerial Number: --\n", "uuid, serial, board"},
		{"desktop", named + "ACME\n\tProduct Name: X1\n\tSerial Number: --\n", "uuid, board"},
		{"desktop", named + "Gigabyte\n\tProduct Name: X1\n\tSerial Number: --\n\tLocation In Chassis: Default string\n", "uuid of network-card"},
		{"desktop", "System Information\n\tProduct Name: To Be Filled By O.E.M.\n\tUUID: --\nBase Board Information\n\tManufacturer: ASRock\n\tProduct Name: B\n\tLocation In Chassis:\n\tSerial Number: --\n", "nothing"},
		{"desktop", "System Information\n\tProduct Name: X1\nBase Board Information\n\tManufacturer: ACME\n\tProduct Name: B\n", "serial"},
	} {
		if p := classify(tt.form, dmiFields(strings.NewReader(tt.dump)), filler.MatchString); p.Name != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.form, tt.dump, p.Name, tt.want)
		}
	}
}
