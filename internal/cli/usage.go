package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// exitCodes are the exit codes in the order of the usage text.
func exitCodes() []int {
	return []int{
		ExitDone, ExitUnexpected, ExitUse, ExitNotActivated, ExitCode, ExitNoPlaces, ExitChallenge, ExitChanged,
		ExitAway, ExitProxy, ExitCertificate, ExitPolicy, ExitAdmin,
	}
}

// key makes a key's last part of a name: "vault put" gives vault_put.
func key(name string) string { return strings.NewReplacer(" ", "_", "-", "_").Replace(name) }

// synopsis is how a command is written: "vault put NAME [--file F]".
func (cmd command) synopsis() string {
	if cmd.usage != "" {
		return cmd.usage
	}
	parts := []string{cmd.name}
	if cmd.args != "" {
		parts = append(parts, cmd.args)
	}
	for _, f := range cmd.flags {
		parts = append(parts, f.synopsis())
	}
	return strings.Join(parts, " ")
}

func (f flag) synopsis() string {
	s := strings.TrimSpace("--" + f.name + " " + f.value)
	if f.need || f.asked {
		return s
	}
	return "[" + s + "]"
}

// shortUsage is a hint after a wrong use.
func (c *call) shortUsage() string {
	if c.cmd == nil {
		return c.say.T("cli.usage.help", text.Data{"Command": "holdfastctl help"})
	}
	return c.say.T("cli.usage.command", text.Data{"Command": "holdfastctl " + c.cmd.synopsis()})
}

// usage writes how a command, or the program, is used.
func (c *call) usage(w io.Writer) {
	if c.cmd != nil {
		fmt.Fprintf(w, "holdfastctl %s\n\n%s\n", c.cmd.synopsis(), c.say.T("cli.help."+key(c.cmd.name)))
		if len(c.cmd.flags) > 0 {
			fmt.Fprintln(w)
			c.flagTable(w, c.cmd.flags)
		}
		return
	}
	fmt.Fprintf(w, "%s\n\n", c.say.T("cli.usage.what"))
	fmt.Fprintf(w, "holdfastctl [--profile DIR] [--server URL] [--json] [--recorded DIR] [--lang L] COMMAND\n\n")
	var rows [][2]string
	for _, cmd := range commands() {
		if cmd.hidden {
			continue
		}
		rows = append(rows, [2]string{cmd.synopsis(), c.say.T("cli.help." + key(cmd.name))})
	}
	for _, r := range rows {
		fmt.Fprintf(w, "  %s\n      %s\n", r[0], r[1])
	}
	fmt.Fprintf(w, "\n%s\n", c.say.T("cli.usage.flags"))
	c.flagTable(w, globalFlags)
	fmt.Fprintf(w, "\n%s\n", c.say.T("cli.usage.environment"))
	table(w, [][2]string{
		{EnvServer, c.say.T("cli.env.server")},
		{EnvPassphraseFile, c.say.T("cli.env.passphrase_file")},
	})
	fmt.Fprintf(w, "\n%s\n", c.say.T("cli.usage.exits"))
	rows = nil
	for _, n := range exitCodes() {
		rows = append(rows, [2]string{fmt.Sprintf("%2d", n), c.say.T(fmt.Sprintf("cli.exit.%d", n))})
	}
	table(w, rows)
}

func (c *call) flagTable(w io.Writer, flags []flag) {
	var rows [][2]string
	for _, f := range flags {
		name := strings.TrimSpace("--" + f.name + " " + f.value)
		rows = append(rows, [2]string{name, c.say.T("cli.flag." + key(f.name))})
	}
	table(w, rows)
}

// table writes rows of two columns.
func table(w io.Writer, rows [][2]string) {
	widest := slices.MaxFunc(rows, func(a, b [2]string) int { return utf8.RuneCountInString(a[0]) - utf8.RuneCountInString(b[0]) })
	width := utf8.RuneCountInString(widest[0])
	for _, r := range rows {
		fmt.Fprintf(w, "  %s%s  %s\n", r[0], strings.Repeat(" ", width-utf8.RuneCountInString(r[0])), r[1])
	}
}
