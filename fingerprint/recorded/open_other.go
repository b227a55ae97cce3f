//go:build !unix

package recorded

import "os"

func openFile(name string) (*os.File, error) { return os.Open(name) }
