package chip

import (
	"context"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/windowstpm"
)

// System is this computer's chip, through the TPM Base Services. It fails with
// chip_absent where there is none, or none that this person may use.
func System(ctx context.Context) (Chip, error) {
	return opened(ctx, func(context.Context) (transport.TPMCloser, error) { return windowstpm.Open() })
}
