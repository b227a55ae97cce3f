package cli

import (
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// told is an error with a sentence of the command line's own. It never repeats
// what was typed, which may be a secret that was put in the wrong place.
type told struct {
	code string
	key  string
	data text.Data
	// detail is what another program said about it; empty for none.
	detail string
}

func (t told) Error() string { return t.key }

// Unwrap gives it its code.
func (t told) Unwrap() error { return api.NewError(t.code) }

// misuse is a wrong use of the program.
func misuse(key string) error { return told{code: api.CodeUsage, key: key, data: text.Data{}} }

func misuseOf(key, name string) error {
	return told{code: api.CodeUsage, key: key, data: text.Data{"Name": name}}
}

// parse takes the arguments apart: flags may stand anywhere before "--".
func (c *call) parse() error {
	args := c.Args
	if i := slices.Index(args, "--"); i >= 0 {
		args, c.tail = args[:i], args[i+1:]
	}
	words, given, err := split(args, allFlags())
	c.flags = given
	c.language()
	if err != nil {
		return err
	}
	return c.understand(words)
}

// language takes the language of --lang, which the sentences about a wrong use
// are said in already.
func (c *call) language() {
	if l := strings.ToLower(c.flags["lang"]); slices.Contains(text.Languages, l) {
		c.say = text.For(l)
	}
}

// allFlags are the flags of every command, by name.
func allFlags() map[string]flag {
	out := map[string]flag{"h": {name: "help"}}
	for _, f := range globalFlags {
		out[f.name] = f
	}
	for _, cmd := range commands() {
		for _, f := range cmd.flags {
			out[f.name] = f
		}
	}
	return out
}

// split parts flags from words. A lone "-" is a word: it stands for standard
// input.
func split(args []string, known map[string]flag) ([]string, values, error) {
	given := values{}
	var words []string
	var bad error
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag || name == "" {
			words = append(words, args[i])
			continue
		}
		name, value, has := strings.Cut(strings.TrimPrefix(name, "-"), "=")
		f, ok := known[name]
		switch {
		case !ok:
			bad = first(bad, misuse("cli.wrong.flag"))
			continue
		case f.value == "" && has:
			bad = first(bad, misuseOf("cli.wrong.no_value", f.name))
		case f.value != "" && !has:
			i++
			if i >= len(args) {
				return words, given, first(bad, misuseOf("cli.wrong.value", f.name))
			}
			value = args[i]
		}
		if given.is(f.name) {
			bad = first(bad, misuseOf("cli.wrong.twice", f.name))
		}
		given[f.name] = value
	}
	return words, given, bad
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// understand finds the command and checks what it was given.
func (c *call) understand(words []string) error {
	if len(words) > 0 && words[0] == "help" {
		c.flags["help"] = ""
		words = words[1:]
	}
	cmd, n := find(words)
	if cmd == nil {
		if len(words) == 0 && (c.flags.is("help") || c.flags.is("version")) {
			return nil
		}
		return misuse("cli.wrong.command")
	}
	c.cmd, c.args = cmd, words[n:]
	if c.flags.is("help") || c.flags.is("version") {
		return nil
	}
	if err := c.checkFlags(); err != nil {
		return err
	}
	return c.checkArgs()
}

func (c *call) checkFlags() error {
	mine := slices.Concat(globalFlags, c.cmd.flags)
	for name := range c.flags {
		if !slices.ContainsFunc(mine, func(f flag) bool { return f.name == name }) {
			return misuseOf("cli.wrong.other_flag", name)
		}
	}
	for _, f := range c.cmd.flags {
		if f.need && c.flags[f.name] == "" {
			return misuseOf("cli.wrong.needed", f.name)
		}
	}
	if l, ok := c.flags["lang"]; ok && !slices.Contains(text.Languages, strings.ToLower(l)) {
		return misuse("cli.wrong.lang")
	}
	if c.flags.is("recorded") && !canReplay {
		return misuse("cli.wrong.recorded")
	}
	if c.flags.is("tpm") && !canReplay {
		return misuse("cli.wrong.tpm")
	}
	return nil
}

func (c *call) checkArgs() error {
	if n := len(c.args); n < c.cmd.min || c.cmd.max >= 0 && n > c.cmd.max {
		return misuse("cli.wrong.args")
	}
	switch {
	case c.cmd.tail && len(c.tail) == 0:
		return misuse("cli.wrong.no_command")
	case !c.cmd.tail && c.tail != nil:
		return misuse("cli.wrong.args")
	}
	return nil
}
