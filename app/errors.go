package app

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/seed-1feef0b2/holdfast/api"
)

// fileError gives an error of the disk its code; an error that has one keeps it.
func fileError(err error) error {
	var e *api.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return api.Wrap(api.CodeDiskFull, err)
	case errors.Is(err, fs.ErrPermission):
		return api.Wrap(api.CodeFile, err, "permission")
	default:
		return api.Wrap(api.CodeFile, err)
	}
}

// missing says that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
