//go:build !linux

package recorded

// kernelResolve is Linux's; elsewhere the links are walked.
func (s *source) kernelResolve(string) (at string, known bool, err error) { return "", false, nil }
