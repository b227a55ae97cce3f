// Command holdfast is the desktop app. It only calls; what it does belongs in
// internal/desktop.
package main

import (
	"os"

	"github.com/seed-1feef0b2/holdfast/internal/desktop"
)

func main() { os.Exit(desktop.System(os.Args[1:]).Run()) }
