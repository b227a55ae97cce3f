// Command fleetsim makes docs/policy-numbers.md from simulated fleets. It only
// calls internal/fleetsim.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed-1feef0b2/holdfast/internal/fleetsim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := fleetsim.Program{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr}.Main(ctx)
	stop()
	os.Exit(code)
}
