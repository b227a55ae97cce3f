// Command holdfastctl is the client without a window, for IT, scripts and
// screen readers. It only calls; what it does belongs in internal/cli.
package main

import (
	"context"
	"os"

	"github.com/seed-1feef0b2/holdfast/internal/cli"
)

func main() {
	os.Exit(cli.System(os.Args[1:]).Run(context.Background()))
}
