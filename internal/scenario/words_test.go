package scenario

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/server"
)

var platforms = []string{"linux", "windows", "darwin"}

func TestServerRequiresWhatTheReaderReports(t *testing.T) {
	for _, platform := range platforms {
		var reported []string
		groups := map[string][]string{}
		for _, k := range fingerprint.Kinds(platform) {
			reported = append(reported, k.Kind)
			if k.Group != "" {
				groups[k.Group] = append(groups[k.Group], k.Kind)
			}
		}
		slices.Sort(reported)
		required := slices.Sorted(slices.Values(server.Required(platform)))
		if !slices.Equal(reported, required) {
			t.Errorf("%s: the reader reports %v, the server requires %v", platform, reported, required)
		}
		p, _ := server.PolicyFor(api.Balanced, platform)
		same := func(a, b []string) bool {
			return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
		}
		if !maps.EqualFunc(groups, p.Groups, same) {
			t.Errorf("%s: the reader's groups are %v, the server's %v", platform, groups, p.Groups)
		}
	}
	if fingerprint.Schema != api.SchemaVersion {
		t.Error("reader and protocol speak of different schemas")
	}
}

func TestEveryChangeHasItsWords(t *testing.T) {
	changes := []string{api.Changed, api.Added, api.Removed, api.NoLongerRead, api.BecameReadable}
	for _, lang := range text.Languages {
		p := text.For(lang)
		for _, k := range fingerprint.Kinds("linux") {
			if !p.Has("drift.kind."+k.Kind) || !p.Has("class."+string(k.Class)) || !p.Has("drift."+k.Kind+".changed.plain") {
				t.Errorf("%s: %s has no name", lang, k.Kind)
			}
			for _, change := range changes {
				for _, n := range []int{1, 2, 5, 21} {
					say(t, p, app.Drift{Kind: k.Kind, Change: change, Count: n})
					say(t, p, app.Drift{Kind: k.Kind, Change: change, Before: "550.54", After: "560.35", Count: n})
				}
			}
		}
		say(t, p, app.Drift{Kind: "something-new", Change: "happened", Count: 3})
	}
}

func say(t *testing.T, p *text.Printer, d app.Drift) {
	t.Helper()
	s := app.SayDrift(p, d)
	if s == "" || strings.ContainsAny(s, "<>{}") || strings.Contains(s, "no value") {
		t.Errorf("%s: %+v is said %q", p.Language(), d, s)
	}
	if d.Change == api.Changed && d.Before != "" && !strings.Contains(s, d.Before+" → "+d.After) {
		t.Errorf("%s: %q does not say from what to what", p.Language(), s)
	}
}

func TestCountedWords(t *testing.T) {
	for _, c := range []struct {
		lang, change string
		n            int
		want         string
	}{
		{"en", api.Changed, 9, "9 drivers were updated"},
		{"en", api.Changed, 1, "A driver was updated"},
		{"en", api.Added, 2, "2 drivers are new"},
		{"vi", api.Changed, 9, "9 trình điều khiển đã được cập nhật"},
		{"ru", api.Changed, 1, "Обновлён 1 драйвер"},
		{"ru", api.Changed, 3, "Обновлены 3 драйвера"},
		{"ru", api.Changed, 9, "Обновлено 9 драйверов"},
		{"ru", api.Changed, 21, "Обновлён 21 драйвер"},
	} {
		if got := app.SayDrift(text.For(c.lang), app.Drift{Kind: "module", Change: c.change, Count: c.n}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// reasonUse finds reasons in the reader's code.
var reasonUse = regexp.MustCompile(`(?:lacking\([^,\n]+, \w+, |return (?:m|nil), |return )"([a-z]+(?:-[a-z]+)+|placeholder|physical)"`)

func TestEveryReasonHasItsWords(t *testing.T) {
	files, err := filepath.Glob("../../fingerprint/*.go")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || strings.HasSuffix(f, "hypervisor.go") || strings.HasSuffix(f, "container.go") {
			continue
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reasonUse.FindAllStringSubmatch(string(raw), -1) {
			reasons[m[1]] = true
		}
	}
	reasons["physical"] = true
	if len(reasons) < 18 {
		t.Errorf("only %d reasons found: %v", len(reasons), slices.Sorted(maps.Keys(reasons)))
	}
	for _, lang := range text.Languages {
		p := text.For(lang)
		for r := range reasons {
			if !p.Has("reason." + r) {
				t.Errorf("%s: reason %q has no sentence", lang, r)
			}
		}
		for _, s := range []string{api.StatePresent, api.StateAbsent, api.StatePlaceholder, api.StateUnreadable, api.StateError} {
			if !p.Has("drift.state." + s) {
				t.Errorf("%s: state %q has no name", lang, s)
			}
		}
	}
}
