package chip

import (
	"errors"

	"github.com/google/go-tpm/tpm2/transport/windowstpm"
	"github.com/google/go-tpm/tpmutil/tbs"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Answers of the TPM Base Services that go-tpm does not name (winerror.h).
const (
	tpmRetry          tbs.Error = 0x80280800
	tpmDefendLock     tbs.Error = 0x80280803
	tpmCommandBlocked tbs.Error = 0x80280400
)

// systemCode names errors that only this system has; empty for all others. A
// command that Windows keeps from people without administrator rights is as if
// there were no chip.
func systemCode(err error) string {
	var e tbs.Error
	if errors.Is(err, windowstpm.ErrNotTPM20) {
		return api.CodeChipAbsent
	}
	if !errors.As(err, &e) {
		return ""
	}
	switch e {
	case tbs.ErrTPMNotFound, tbs.ErrServiceDisabled, tbs.ErrServiceNotRunning, tbs.ErrAccessDenied, tpmCommandBlocked:
		return api.CodeChipAbsent
	case tbs.ErrTooManyTBSContexts, tbs.ErrTooManyResources, tbs.ErrServiceStartPending, tbs.ErrCommandCanceled, tpmRetry:
		return api.CodeChipBusy
	case tpmDefendLock:
		return api.CodeChipLockedOut
	default:
		return api.CodeChipFailed
	}
}
