package demo

import (
	"fmt"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Colours of a terminal (ECMA-48); none elsewhere.
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

func (t *telling) dye(colour, s string) string {
	if !t.Colour {
		return s
	}
	return colour + s + plain
}

func (t *telling) opening() {
	fmt.Fprintf(t.Out, "%s\n\n%s\n", t.dye(bold, t.Say.T("cli.demo.title")), t.Say.T("cli.demo.intro"))
}

func (t *telling) heading(n int, key string) {
	fmt.Fprintf(t.Out, "\n%s\n", t.dye(bold, fmt.Sprintf("%d. %s", n, t.Say.T(key))))
}

// note says one more sentence of a step.
func (t *telling) note(key string, data ...text.Data) {
	fmt.Fprintf(t.Out, "   %s\n", t.Say.T(key, data...))
}

// seen says that an expectation came true.
func (t *telling) seen(key string, data ...text.Data) {
	fmt.Fprintf(t.Out, "   %s %s\n", t.dye(green, "✓"), t.Say.T(key, data...))
}

// command shows a command as it would be typed.
func (t *telling) command(words ...string) {
	fmt.Fprintf(t.Out, "   %s\n", t.dye(bold, "$ "+strings.Join(words, " ")))
}

// quote shows what a program wrote.
func (t *telling) quote(out string) {
	for line := range strings.Lines(out) {
		fmt.Fprintf(t.Out, "     %s\n", t.dye(faint, strings.TrimRight(line, "\n")))
	}
}

func (t *telling) closing() {
	fmt.Fprintf(t.Out, "\n%s\n", t.dye(green, t.Say.T("cli.demo.end")))
}
