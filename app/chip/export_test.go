package chip

import (
	"context"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// PublicArea is the public area of a key's blob.
func PublicArea(data []byte) tpm2.TPMTPublic {
	b, err := parseBlob(blobKey, data)
	if err != nil {
		panic(err)
	}
	p, err := tpm2.Unmarshal[tpm2.TPMTPublic](b.public)
	if err != nil {
		panic(err)
	}
	return *p
}

// WithParent gives a blob that says to be another chip's.
func WithParent(data []byte, of Chip) []byte {
	b, err := parseBlob(data[len(blobMagic)], data)
	if err != nil {
		panic(err)
	}
	b.parent = parentOf(of.(*tpm).kept().name, b.public)
	return b.encode()
}

// Guarded seals a secret so that wrong tries count.
func Guarded(c Chip, auth Secret) ([]byte, error) {
	m := c.(*tpm)
	return run(context.Background(), m, func(t transport.TPM) ([]byte, error) {
		template := sealTemplate()
		template.ObjectAttributes.NoDA = false
		return m.create(t, blobSecret, template, auth[:], auth)
	})
}

// Over is a chip behind any way.
func Over(open func(context.Context) (transport.TPMCloser, error)) Chip {
	return &tpm{open: open, deadline: DefaultDeadline, turn: make(chan struct{}, 1)}
}

// Within gives a chip another deadline.
func Within(c Chip, d time.Duration) Chip {
	c.(*tpm).deadline = d
	return c
}

// Dial is the way to a socket.
func Dial(path string) (transport.TPMCloser, error) {
	conn, err := dial(context.Background(), path)
	if err != nil {
		return nil, err
	}
	return transport.FromReadWriteCloser(stream{conn}), nil
}

// Explain is an error that has a code.
func Explain(code string) error {
	return explain(map[string]error{
		"chip_busy": tpm2.TPMRCRetry, "chip_locked_out": tpm2.TPMRCLockout, "chip_absent": tpm2.TPMRCHierarchy,
		"chip_cleared": errOther, "chip_failed": tpm2.TPMRCFailure,
	}[code])
}
