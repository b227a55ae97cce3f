package fingerprint

import "context"

// anchorProbes is how many probes read what identifies a computer.
const anchorProbes = 4

// ReadAnchors reads only what identifies a computer.
func ReadAnchors(ctx context.Context, src Source) []Component {
	list, _ := collect(ctx, src, linuxProbes[:anchorProbes])
	return list
}
