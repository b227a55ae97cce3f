//go:build !linux && !windows

package chip

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// System says chip_absent: this system offers no TPM 2.0 to programs.
func System(context.Context) (Chip, error) {
	return nil, api.Wrap(api.CodeChipAbsent, errors.New("chip: none that this system offers"), hintAbsent)
}
