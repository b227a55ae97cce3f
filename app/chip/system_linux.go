package chip

import (
	"context"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
)

// devicePath is the kernel's resource manager: several programs may hold it open,
// and what one of them leaves behind is flushed when it ends.
const devicePath = "/dev/tpmrm0"

// System is this computer's chip. It fails with chip_absent where there is none,
// or none that this person may use (on most systems: the group tss).
func System(ctx context.Context) (Chip, error) {
	return opened(ctx, func(context.Context) (transport.TPMCloser, error) { return linuxtpm.Open(devicePath) })
}
