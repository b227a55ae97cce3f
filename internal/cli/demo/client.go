package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// patience is how long any one program may take.
const patience = 5 * time.Minute

// client is what every call of the command line has in common.
type client struct {
	profile, address, passwordFile, passphraseFile string
}

// outcome is what a program did.
type outcome struct {
	stdout, stderr string
	exit           int
}

// standing is the part of "status --json" that the story looks at.
type standing struct {
	State     string `json:"state"`
	Account   string `json:"account"`
	Challenge *struct {
		Reference string `json:"reference"`
		Reason    string `json:"reason"`
		TriesLeft int    `json:"tries_left"`
	} `json:"challenge"`
	Drift   []difference `json:"drift"`
	Binding *struct {
		Kinds []string `json:"kinds"`
	} `json:"binding"`
	Error *struct {
		Code string `json:"code"`
	} `json:"error"`
	Accepted []difference `json:"accepted"`
}

type difference struct {
	Kind   string `json:"kind"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// named says whether a kind is in a list of differences.
func named(list []difference, kind string) bool {
	for _, d := range list {
		if d.Kind == kind {
			return true
		}
	}
	return false
}

// show runs holdfastctl, shows the command and what it wrote, and expects an
// exit code.
func (t *telling) show(ctx context.Context, exit int, words ...string) (outcome, error) {
	t.command(append([]string{"holdfastctl"}, shown(t.Dir, words)...)...)
	o, err := t.ctl(ctx, "", words...)
	if err != nil {
		return o, err
	}
	t.quote(o.stdout)
	t.quote(o.stderr)
	return o, expectExit(o, exit, words[0])
}

// shown is a command line with the names of the story's files without their
// long folder.
func shown(dir string, words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, strings.TrimPrefix(w, dir+string(filepath.Separator)))
	}
	return out
}

// expectExit is the error of a command that ended with another exit code.
func expectExit(o outcome, exit int, command string) error {
	if o.exit == exit {
		return nil
	}
	b := broken("cli.demo.broken.exit", text.Data{"Command": "holdfastctl " + command, "Exit": o.exit, "Want": exit})
	b.Output = o.stdout + o.stderr
	return b
}

// status asks the command line how the computer stands.
func (t *telling) status(ctx context.Context) (standing, error) {
	return t.document(ctx, 0, "status")
}

// events are the kinds of events that the history tells of.
func (t *telling) events(ctx context.Context) (map[string]bool, error) {
	o, err := t.ctl(ctx, "", "--json", "history")
	if err != nil {
		return nil, err
	}
	var doc struct {
		Events []struct {
			Event string `json:"event"`
		} `json:"events"`
	}
	if err := json.Unmarshal([]byte(o.stdout), &doc); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, e := range doc.Events {
		out[e.Event] = true
	}
	return out, nil
}

// document runs a command that ends with a status, with --json.
func (t *telling) document(ctx context.Context, exit int, words ...string) (standing, error) {
	var st standing
	o, err := t.ctl(ctx, "", append([]string{"--json"}, words...)...)
	if err != nil {
		return st, err
	}
	if err := expectExit(o, exit, words[0]); err != nil {
		return st, err
	}
	return st, json.Unmarshal([]byte(o.stdout), &st)
}

// ctl runs holdfastctl on the story's computer.
func (t *telling) ctl(ctx context.Context, stdin string, words ...string) (outcome, error) {
	args := append([]string{
		"--profile", t.client.profile, "--recorded", t.computer.dir, "--server", t.client.address, "--lang", t.Say.Language(),
	}, words...)
	return t.program(ctx, t.Client, stdin, args...)
}

// program runs a program to its end.
func (t *telling) program(ctx context.Context, path, stdin string, args ...string) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = strings.NewReader(stdin), &out, &complaint, t.environment()
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	o := outcome{stdout: out.String(), stderr: complaint.String(), exit: cmd.ProcessState.ExitCode()}
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ctx.Err() != nil) {
		return o, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}

// environment is the programs' own: whatever the caller set for Holdfast would
// lead the story astray.
func (t *telling) environment() []string {
	var out []string
	for _, e := range t.Env {
		if !strings.HasPrefix(e, "HOLDFAST_") {
			out = append(out, e)
		}
	}
	return append(out, "HOLDFAST_KEYSTORE_PASSPHRASE_FILE="+t.client.passphraseFile)
}
