package fingerprint

// Memo keeps what was read of long lists (packages, drivers), so that a later
// read with the same Memo need not parse them again while the files' Stats say
// that nothing changed. It serves one read at a time, of one source.
type Memo struct{}

// NewMemo gives an empty memory.
func NewMemo() *Memo { return &Memo{} }
