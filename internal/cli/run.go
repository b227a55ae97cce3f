package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// grant is one key that a command is given, and the variable that it gets it in.
type grant struct{ key, variable string }

// runCommand runs a command with keys in its environment. Its exit code is the
// command's own.
func runCommand(ctx context.Context, c *call) (reply, error) {
	grants, err := c.grants()
	if err != nil {
		return reply{}, err
	}
	path, err := exec.LookPath(c.tail[0])
	if err != nil {
		return c.notStarted(err)
	}
	env, err := c.environment(ctx, grants)
	if err != nil {
		return reply{}, err
	}
	if c.Exec != nil {
		return c.notStarted(c.Exec(path, c.tail, env))
	}
	return c.child(path, env)
}

// notStarted ends as env(1) does: 127 for a command that is not there, 126 for
// one that cannot be run.
func (c *call) notStarted(err error) (reply, error) {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return reply{calm: true, exit: ExitNotFound}, misuse("cli.run.not_found")
	}
	return reply{calm: true, exit: ExitCannotRun}, misuse("cli.run.cannot")
}

// grants reads NAME and NAME=VAR.
func (c *call) grants() ([]grant, error) {
	if len(c.args) == 0 {
		return nil, misuse("cli.wrong.no_keys")
	}
	var out []grant
	for _, a := range c.args {
		key, variable, named := strings.Cut(a, "=")
		if !named {
			variable = variableOf(key)
		}
		if !validVariable(variable) {
			return nil, misuse("cli.wrong.variable")
		}
		out = append(out, grant{key, variable})
	}
	return out, nil
}

// variableOf makes a variable's name of a key's: api-token gives API_TOKEN.
func variableOf(key string) string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToUpper(key))
}

// validVariable keeps to the names that every shell takes.
func validVariable(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// environment is this one's with the keys in it. One line end at a value's end
// is left out, as a shell does; a value with a zero byte fits no environment.
func (c *call) environment(ctx context.Context, grants []grant) ([]string, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	env := c.Env
	for _, g := range grants {
		value, err := client.GetKey(ctx, g.key)
		if err != nil {
			return nil, err
		}
		value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
		if bytes.IndexByte(value, 0) >= 0 {
			return nil, api.NewError(api.CodeInvalidValue)
		}
		env = append(without(env, g.variable), g.variable+"="+string(value))
	}
	return env, nil
}

// without is an environment without a variable.
func without(env []string, name string) []string {
	out := make([]string, 0, len(env)+1)
	for _, e := range env {
		if !strings.HasPrefix(e, name+"=") {
			out = append(out, e)
		}
	}
	return out
}

// child starts the command beside this process and waits for it. A key press
// that interrupts reaches both; the command alone decides what it means.
func (c *call) child(path string, env []string) (reply, error) {
	cmd := &exec.Cmd{Path: path, Args: c.tail, Env: env, Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return reply{exit: ExitDone}, nil
	case errors.As(err, &ended):
		return reply{exit: exitOfProcess(ended.ProcessState)}, nil
	default:
		return c.notStarted(err)
	}
}
