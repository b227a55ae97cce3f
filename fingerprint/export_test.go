package fingerprint

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// anchorProbes is how many probes read what identifies a computer.
const anchorProbes = 4

// ReadAnchors reads only what identifies a computer.
func ReadAnchors(ctx context.Context, src Source) []Component {
	list, _, _ := collect(&reader{ctx: ctx, src: src, rules: rules.Default()}, linuxProbes[:anchorProbes])
	return list
}
