package vault

// Rotate gives the vault a new master key: b's configuration alone opens it,
// or the server's share of a new generation or another device. The keys inside
// stay, in one write: whoever held an older file, slot or share can open only
// that older file. Errors as AddSlot's.
func (v *Vault) Rotate(b Binding, share Share) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return err
	}
	if !b.usable() {
		return unusable()
	}
	fresh := &Vault{cfg: v.cfg, keys: v.keys}
	if err := fresh.begin(b, share, v.entries); err != nil {
		return err
	}
	v.master, v.header, v.seen, v.kinds = fresh.master, fresh.header, fresh.seen, b.Kinds
	return nil
}
