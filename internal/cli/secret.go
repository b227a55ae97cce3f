package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/seed-1feef0b2/holdfast/api"
)

// maxInput is how many bytes of a secret or a pasted message are read; a key
// may have fewer.
const maxInput = 1 << 20

// fromStdin stands for standard input in the place of a file or a code.
const fromStdin = "-"

// password gives the first line of the file that a flag names. Without the
// flag a person at a terminal is asked, twice where a slip would be lasting.
func (c *call) password(name, prompt string, twice bool) (string, error) {
	file, named := c.flags[name]
	if !named {
		return c.ask(name, prompt, twice)
	}
	raw, err := c.input(file)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", misuse("cli.wrong.empty")
	}
	return line, nil
}

// ask asks a person for a secret that instead of could have named.
func (c *call) ask(instead, prompt string, twice bool) (string, error) {
	in, ok := c.terminal()
	if !ok {
		return "", misuseOf("cli.wrong.needed", instead)
	}
	secret, err := c.hidden(in, prompt)
	if err != nil || !twice {
		return secret, err
	}
	again, err := c.hidden(in, "cli.ask.again")
	if err == nil && again != secret {
		err = misuse("cli.wrong.not_same")
	}
	return secret, err
}

func (c *call) hidden(in *os.File, prompt string) (string, error) {
	fmt.Fprint(c.Stderr, c.say.T(prompt), " ")
	raw, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(c.Stderr)
	if err != nil {
		return "", fileError(err)
	}
	if len(raw) == 0 {
		return "", misuse("cli.wrong.empty")
	}
	return string(raw), nil
}

// terminal gives standard input where a person sits at it.
func (c *call) terminal() (*os.File, bool) {
	f, ok := c.Stdin.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// input reads a file, or standard input for "-", to its end.
func (c *call) input(name string) ([]byte, error) {
	r := c.Stdin
	if name != fromStdin {
		f, err := os.Open(name)
		if err != nil {
			return nil, fileError(err)
		}
		defer f.Close()
		r = f
	}
	if r == nil {
		r = bytes.NewReader(nil)
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, fileError(err)
	}
	if len(raw) > maxInput {
		return nil, api.NewError(api.CodeTooLarge)
	}
	return raw, nil
}
