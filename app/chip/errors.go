package chip

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/google/go-tpm/tpm2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Hints of this package's errors.
const (
	hintAbsent  = "chip_absent"  // where a chip may be switched off, or who may use it
	hintLater   = "chip_later"   // ask again: nothing is lost
	hintReplace = "chip_replace" // a new key, and a code
)

var (
	errOther   = errors.New("chip: the blob was made under another storage key")
	errAnswer  = errors.New("chip: an answer that does not fit")
	errRetries = errors.New("chip: it went on asking to be asked again")
	errBlob    = errors.New("chip: not a blob of this kind")
)

// later are the answers of a chip that has no time or no room now (Part 2,
// section 6.6.3): asking again is right, and nothing is lost.
var later = []tpm2.TPMRC{
	tpm2.TPMRCRetry, tpm2.TPMRCYielded, tpm2.TPMRCCanceled, tpm2.TPMRCTesting, tpm2.TPMRCNVRate, tpm2.TPMRCNVUnavailable,
	tpm2.TPMRCContextGap, tpm2.TPMRCObjectMemory, tpm2.TPMRCSessionMemory, tpm2.TPMRCMemory,
	tpm2.TPMRCSessionHandles, tpm2.TPMRCObjectHandles,
}

// explain gives an error of a chip, or of the way to it, its code.
func explain(err error) error {
	var e *api.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	switch code := codeOf(err); code {
	case api.CodeChipAbsent:
		return api.Wrap(code, err, hintAbsent)
	case api.CodeChipCleared:
		return api.Wrap(code, err, hintReplace)
	case api.CodeChipBusy, api.CodeChipLockedOut:
		return api.Wrap(code, err, hintLater)
	default:
		return api.Wrap(api.CodeChipFailed, err, hintLater, hintReplace)
	}
}

func codeOf(err error) string {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
	}
	if code := systemCode(err); code != "" {
		return code
	}
	for _, rc := range later {
		if errors.Is(err, rc) {
			return api.CodeChipBusy
		}
	}
	switch {
	case is(errOther):
		return api.CodeChipCleared
	case is(errRetries, os.ErrDeadlineExceeded, context.DeadlineExceeded, context.Canceled, syscall.EBUSY, syscall.EAGAIN):
		return api.CodeChipBusy
	case is(tpm2.TPMRCLockout):
		return api.CodeChipLockedOut
	case is(tpm2.TPMRCHierarchy, tpm2.TPMRCDisabled):
		return api.CodeChipAbsent // switched off in the firmware's settings
	case is(fs.ErrNotExist, fs.ErrPermission, syscall.ENODEV, syscall.ENXIO, syscall.ECONNREFUSED):
		return api.CodeChipAbsent
	}
	return api.CodeChipFailed
}
