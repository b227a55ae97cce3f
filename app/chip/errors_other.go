//go:build !windows

package chip

import (
	"errors"

	"github.com/google/go-tpm/tpm2/transport/linuxtpm"

	"github.com/seed-1feef0b2/holdfast/api"
)

// systemCode names errors that only this system has; empty for all others.
func systemCode(err error) string {
	if errors.Is(err, linuxtpm.ErrFileIsNotDevice) {
		return api.CodeChipAbsent
	}
	return ""
}
