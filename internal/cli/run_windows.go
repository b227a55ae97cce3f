package cli

import "os"

// replacer is nil: Windows cannot replace a process, so a child is started and
// waited for.
func replacer() func(path string, argv, env []string) error { return nil }

// exitOfProcess is the exit code of a process.
func exitOfProcess(s *os.ProcessState) int { return s.ExitCode() }
