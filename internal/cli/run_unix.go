//go:build unix

package cli

import (
	"os"
	"syscall"
)

// replacer turns this process into another program, so that its exit code and
// every signal are that program's own, and no process with an open vault waits
// behind it.
func replacer() func(path string, argv, env []string) error { return syscall.Exec }

// exitOfProcess is the exit code of a process; of one that a signal ended, 128
// and the signal's number, as shells have it.
func exitOfProcess(s *os.ProcessState) int {
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return s.ExitCode()
}
