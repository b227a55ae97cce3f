package daemon

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

var update = flag.Bool("update", false, "write docs/settings.md anew")

const settingsFile = "../../docs/settings.md"

// TestEveryKeyIsInTheTable compares the table of keys with the fields of Settings.
func TestEveryKeyIsInTheTable(t *testing.T) {
	fields := map[string]settable{}
	for _, f := range new(Settings).settables() {
		fields[f.name] = f
		if strings.Contains("."+f.name+".", "..") {
			t.Errorf("a field of %s has no json name", f.name)
		}
	}
	seen := map[string]bool{}
	for _, k := range Keys() {
		f, ok := fields[k.Name]
		if !ok || seen[k.Name] {
			t.Errorf("%s is in the table and is no field of Settings, or stands there twice", k.Name)
		}
		seen[k.Name] = true
		if !strings.HasSuffix(k.Meaning, ".") || strings.Contains(k.Meaning+k.Default, "|") {
			t.Errorf("%s: the meaning must be sentences, without a vertical bar: %q", k.Name, k.Meaning)
		}
		if k.Variable != "" && (!f.value.IsValid() || !strings.HasPrefix(k.Variable, "HOLDFAST_")) {
			t.Errorf("%s: %s cannot set it", k.Name, k.Variable)
		}
		for _, secret := range []string{"password", "secret", "token"} {
			if strings.Contains(k.Name, secret) && !strings.HasSuffix(k.Name, "_file") && f.typ.Kind() == reflect.String {
				t.Errorf("%s: a secret is no setting; name a file that holds it", k.Name)
			}
		}
	}
	for name := range fields {
		if !seen[name] {
			t.Errorf("%s is a field of Settings and not in the table of keys", name)
		}
	}
}

// kindOf says what a key takes, as docs/settings.md writes it.
func kindOf(typ reflect.Type) string {
	switch {
	case typ == reflect.TypeFor[Duration]():
		return "time"
	case typ.Kind() == reflect.Slice:
		return "list"
	case typ.Kind() == reflect.Map:
		return "object"
	case typ.Kind() == reflect.Bool:
		return "true or false"
	case typ.Kind() == reflect.Int || typ.Kind() == reflect.Float64:
		return "number"
	}
	return "text"
}

func settingsPage() string {
	kinds := map[string]string{}
	for _, f := range new(Settings).settables() {
		kinds[f.name] = kindOf(f.typ)
	}
	var b strings.Builder
	b.WriteString("# Settings of the server\n\nMade from the table in `internal/daemon` by a test (`go test ./internal/daemon -run Documented -update`). " +
		"How to run a server is in [operate.md](operate.md).\n\n" +
		"One JSON file, named by `--config FILE`. `a.b` is the key `b` in the object `a`; `a[].b` is the key `b` in each object of the list `a`. " +
		"A time is written `90s`, `15m` or `24h`.\n" +
		"File first, then environment, then flags; later ones win. A key that does not exist, or stands there twice, is refused at start, " +
		"so that a slip of the pen does not leave a default in force.\nSecrets are never in the file: a key that ends in `_file` names a file that holds one.\n")
	for _, block := range blocks() {
		b.WriteString("\n## " + block.title + "\n\n| key | takes | default | meaning |\n|---|---|---|---|\n")
		for _, k := range block.keys {
			also := ""
			for _, w := range []string{k.Flag, k.Variable} {
				if w != "" {
					also += " Also `" + w + "`."
				}
			}
			b.WriteString("| `" + k.Name + "` | " + kinds[k.Name] + " | " + k.Default + " | " + k.Meaning + also + " |\n")
		}
	}
	return b.String()
}

// TestSettingsAreDocumented keeps docs/settings.md equal to the code.
func TestSettingsAreDocumented(t *testing.T) {
	page := settingsPage()
	if *update {
		if err := os.WriteFile(settingsFile, []byte(page), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(settingsFile)
	if err != nil || string(raw) != page {
		t.Errorf("docs/settings.md differs from the code (%v): run this test with -update", err)
	}
}

func TestSlipsShowWhatIsNear(t *testing.T) {
	if got := siblings("smtp.user"); !strings.HasPrefix(got, "smtp.url, smtp.password_file, smtp.from, smtp.ca_file, smtp.others, ") {
		t.Error(got)
	}
	got := strings.Split(siblings("listn"), ", ")
	if !slices.Contains(got, "listen") || !slices.Contains(got, "smtp") || slices.Contains(got, "smtp.url") {
		t.Error(got)
	}
}

func TestVariablesFitTheirFields(t *testing.T) {
	var s struct {
		T string
		B bool
		N int
		D Duration
		L []string
	}
	v := reflect.ValueOf(&s).Elem()
	for i, c := range []struct{ good, bad string }{{"x", ""}, {"true", "yes please"}, {"7", "seven"}, {"90s", "90"}} {
		if c.bad != "" && setText(v.Field(i), c.bad) == nil {
			t.Errorf("%s was taken", c.bad)
		}
		if err := setText(v.Field(i), c.good); err != nil {
			t.Errorf("%s: %v", c.good, err)
		}
	}
	if setText(v.Field(4), "x") == nil {
		t.Error("a list was taken")
	}
	if s.T != "x" || !s.B || s.N != 7 || time.Duration(s.D) != 90*time.Second {
		t.Errorf("%+v", s)
	}
}

// TestEveryCommandHasItsUsage: what help shows is every command, in every language.
func TestEveryCommandHasItsUsage(t *testing.T) {
	for _, lang := range text.Languages {
		code, out, _ := run(t.Context(), map[string]string{"LANG": lang}, "help")
		if code != 0 {
			t.Fatal(code)
		}
		for _, c := range commands() {
			if !strings.Contains(out, "  holdfastd "+c.name) {
				t.Errorf("%s: help does not show %s", lang, c.name)
			}
		}
	}
}
