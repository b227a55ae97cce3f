package cli

import (
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// call is one call, its arguments taken apart.
type call struct {
	Program
	say   *text.Printer
	cmd   *command
	flags values
	args  []string // behind the command's name
	tail  []string // behind "--"
}

// values are the flags that were given, by name without dashes. A flag without
// a value is there with an empty one.
type values map[string]string

// is says whether a flag was given.
func (v values) is(name string) bool {
	_, ok := v[name]
	return ok
}
