package mutation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sabotage takes one check out of one file.
type sabotage struct {
	name string
	// file is from the root; old stands in it exactly once and becomes new.
	file, old, new string
	// program is the one that is built with it.
	program string
	// step is where the story must notice.
	step string
}

var sabotages = []sabotage{
	{
		name: "drift judgement: every computer is a known one",
		file: "server/judge.go",
		old:  "\tvar distance int\n",
		new: "\tvar distance int\n" +
			"\tif len(known) > 0 {\n\t\tfor group := range p.Groups {\n\t\t\tbest.Groups[group] = GroupMatches\n\t\t}\n" +
			"\t\tbest.Verdict, best.Nearest = Known, 0\n\t\treturn best\n\t}\n",
		program: "holdfastd", step: "6",
	},
	{
		name:    "drift judgement: every change counts as none",
		file:    "server/judge.go",
		old:     "\t\tif need.outside {\n\t\t\tcontinue\n",
		new:     "\t\tif need.outside {\n\t\t\tj.Verdict = Known\n\t\t\treturn\n",
		program: "holdfastd", step: "6",
	},
	{
		name:    "slot check: a slot opens whatever this computer's values are",
		file:    "app/vault/bind.go",
		old:     "\tfor i, k := range b.Kinds {\n\t\ttext(k)\n",
		new:     "\tfor i, k := range b.Kinds[:0] {\n\t\ttext(k)\n",
		program: "holdfastctl", step: "6",
	},
	{
		name:    "slot check: a slot opens whatever the disk and the board are",
		file:    "app/vault/bind.go",
		old:     "\t\t\ttext(m.Value)\n",
		new:     "\t\t\tif k != \"boot-disk\" && k != \"system-uuid\" && k != \"system-serial\" && k != \"board-serial\" {\n\t\t\t\ttext(m.Value)\n\t\t\t}\n",
		program: "holdfastctl", step: "12",
	},
	{
		name:    "code check: any code is right",
		file:    "server/codes.go",
		old:     "\t\tcase !same || ch.Mute:\n",
		new:     "\t\tcase !same && ch.Mute:\n",
		program: "holdfastd", step: "8",
	},
}

// patience bounds one telling of the story.
const patience = 10 * time.Minute

// TestTheStoryNoticesSabotage tells the story with the programs as they are, and
// with each of the checks taken out.
func TestTheStoryNoticesSabotage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs several times and tells the story with each")
	}
	whole := t.TempDir()
	build(t, whole, nil, "holdfastctl", "holdfastd")
	t.Run("as it is", func(t *testing.T) {
		t.Parallel()
		if out, exit := tell(t, whole, "vi"); exit != 0 || strings.Contains(out, "<cli") {
			t.Errorf("the story ends with %d:\n%s", exit, out)
		}
	})
	for _, s := range sabotages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range []string{"holdfastctl", "holdfastd"} {
				if err := os.Link(filepath.Join(whole, exe(name)), filepath.Join(dir, exe(name))); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Remove(filepath.Join(dir, exe(s.program))); err != nil {
				t.Fatal(err)
			}
			build(t, dir, &s, s.program)
			out, exit := tell(t, dir, "en")
			if exit != 1 {
				t.Errorf("the story ends with %d and notices nothing:\n%s", exit, out)
			}
			if !strings.Contains(out, "The story went wrong in step "+s.step+".") {
				t.Errorf("the story does not say that step %s went wrong:\n%s", s.step, out)
			}
		})
	}
}

// TestAReleasedProgramHasNoRecordedComputers: without the build tag the flag is
// a wrong use, and there is no story.
func TestAReleasedProgramHasNoRecordedComputers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	goBuild(t, "-o", filepath.Join(dir, exe("holdfastctl")), "./cmd/holdfastctl")
	for _, args := range [][]string{{"--recorded", dir, "status"}, {"demo"}} {
		out, exit := run(t, filepath.Join(dir, exe("holdfastctl")), args...)
		if exit != 2 {
			t.Errorf("%v ends with %d: %s", args, exit, out)
		}
		if args[0] == "--recorded" && !strings.Contains(out, "-tags recorded") {
			t.Errorf("it does not say why: %s", out)
		}
	}
}

// build builds programs into a folder, with one file replaced where there is a
// sabotage.
func build(t *testing.T, dir string, s *sabotage, programs ...string) {
	t.Helper()
	args := []string{"-tags", "recorded", "-o", dir + string(filepath.Separator)}
	if s != nil {
		args = append(args, "-overlay", overlay(t, *s))
	}
	for _, p := range programs {
		args = append(args, "./cmd/"+p)
	}
	goBuild(t, args...)
}

// overlay writes the sabotaged file and the list that go build wants.
func overlay(t *testing.T, s sabotage) string {
	t.Helper()
	path := filepath.Join(root(t), filepath.FromSlash(s.file))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(raw), s.old); n != 1 {
		t.Fatalf("%s: what is to be taken out stands in it %d times; look for where the check is now", s.file, n)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(raw), s.old, s.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(out, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func goBuild(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"build", "-buildvcs=false"}, args...)...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

// tell tells the story with the programs of a folder.
func tell(t *testing.T, dir, lang string) (string, int) {
	t.Helper()
	return run(t, filepath.Join(dir, exe("holdfastctl")), "demo", "--lang", lang)
}

// run runs a program to its end and gives what it wrote and its exit code.
func run(t *testing.T, path string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	// Interrupted, the story stops its server before it ends.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

func exe(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
