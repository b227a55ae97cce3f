package chip_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

var update = flag.Bool("update", false, "write the generated pages of docs anew")

const page = "../../docs/chip.md"

// outcome is one way in which asking a chip ends.
type outcome struct {
	what string
	code string // empty where all is well
	hint []string
	back string   // what brings the keys back
	test []string // in this package, or with its folder
}

var outcomes = []outcome{
	{"signed, sealed, unsealed", "", nil, "they are open", []string{"TestSignAndSeal", "TestManyAtOnce", "TestNothingStaysInTheChip"}},
	{"the computer was switched off and on", "", nil, "they are open", []string{"TestRestart", "internal/apptest.TestKeysInAChipOpenAfterARestart"}},
	{"others' wrong passwords locked the chip", "", nil, "they are open: ours count no wrong tries", []string{"TestLockedOut"}},
	{
		"busy: another program has it, it tests itself, it has no room, it never answers", api.CodeChipBusy,
		[]string{"chip_later"},
		"waiting",
		[]string{"TestBusyWhileAnotherHoldsIt", "TestAChipThatNeverAnswers", "TestAnswersAndWhatTheyMean", "internal/apptest.TestABusyChipLosesNothing"},
	},
	{"locked out, and the lock holds for us too", api.CodeChipLockedOut, []string{"chip_later"}, "waiting", []string{"TestLockedOut", "TestAnswersAndWhatTheyMean"}},
	{
		"switched off in the firmware, no driver, or not for this person", api.CodeChipAbsent,
		[]string{"chip_absent"},
		"switching it on again; else a code, the new key is then in the keyring",
		[]string{"TestSwitchedOffInTheFirmware", "TestWaysThatDoNotOpen", "app.TestTheOldChipComesBack", "internal/apptest.TestALostChipTakesACodeAndGivesTheKeysBack"},
	},
	{
		"cleared: the same chip, another storage key; or `chip.json` is lost", api.CodeChipCleared,
		[]string{"chip_replace"},
		"a code; the new key is in the same chip",
		[]string{"TestCleared", "app.TestALostChipIsReplacedByClaimAndCode", "internal/apptest.TestALostChipTakesACodeAndGivesTheKeysBack"},
	},
	{
		"another chip: the board was replaced, or the disk moved", api.CodeChipReplaced,
		[]string{"chip_replace"},
		"a code; the new key is in the new chip",
		[]string{"TestReplaced", "app.TestAMovedDiskCannotSign", "internal/apptest.TestALostChipTakesACodeAndGivesTheKeysBack", "internal/apptest.TestADiskInAnotherComputerCannotSign"},
	},
	{
		"anything else: garbage, failure mode, wrong authorisation", api.CodeChipFailed,
		[]string{"chip_later", "chip_replace"},
		"restarting the computer; else a code",
		[]string{"TestAnswersAndWhatTheyMean", "TestGarbageFromEveryAnswer", "TestAnotherAuthorisationOpensNothingAndLocksNobodyOut"},
	},
}

const (
	begins = "<!-- made by go test ./app/chip -update -->\n"
	ends   = "<!-- end -->\n"
)

// TestPage keeps the table of docs/chip.md as the code and the texts are.
func TestPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begins)
	_, tail, also := strings.Cut(rest, ends)
	if !ok || !also {
		t.Fatalf("%s has no place for the table", page)
	}
	want := head + begins + table() + ends + tail
	if want == string(raw) {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: go test ./app/chip -update", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| what happened | code | what brings the keys back | tests |\n|---|---|---|---|\n")
	for _, o := range outcomes {
		code := "–"
		if o.code != "" {
			code = "`" + o.code + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", o.what, code, o.back, strings.Join(o.test, "`, `"))
	}
	for _, o := range outcomes {
		if o.code == "" {
			continue
		}
		fmt.Fprintf(&b, "\n`%s`\n\n", o.code)
		for _, lang := range text.Languages {
			p := text.For(lang)
			said := []string{p.T("error." + o.code)}
			for _, h := range o.hint {
				said = append(said, p.T("hint."+h))
			}
			fmt.Fprintf(&b, "- %s: %s\n", lang, strings.Join(said, " "))
		}
	}
	return b.String()
}

// TestTheTableIsTrue: every code of a chip is in the table with the hints that the
// package gives it, and every test that the table names exists.
func TestTheTableIsTrue(t *testing.T) {
	for _, o := range outcomes {
		for _, name := range o.test {
			dir := "."
			if i := strings.LastIndex(name, "."); i >= 0 {
				dir, name = "../../"+name[:i], name[i+1:]
			}
			if !exists(t, dir, name) {
				t.Errorf("no %s in %s", name, dir)
			}
		}
		if o.code == "" || o.code == api.CodeChipReplaced {
			continue // given by Lost, see TestReplaced
		}
		var e *api.Error
		if err := chip.Explain(o.code); !errors.As(err, &e) || e.Code != o.code || strings.Join(e.Hints, " ") != strings.Join(o.hint, " ") {
			t.Errorf("%s: %v", o.code, err)
		}
	}
}

func exists(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		raw, err := os.ReadFile(dir + "/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`(?m)^func ` + name + `\(`).Match(raw) {
			return true
		}
	}
	return false
}
