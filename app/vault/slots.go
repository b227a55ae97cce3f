package vault

import (
	"errors"
	"io"
	"slices"
	"time"
)

// AddSlot lets one more configuration open the vault: the one that b describes
// and nothing else is read. The oldest of more than MaxSlots gives way. A
// configuration that opens it already changes nothing. Errors: read_failed for
// a binding without a value or not read whole, those of List, disk_full.
func (v *Vault) AddSlot(b Binding) error { return v.changeSlots(b, MaxSlots-1) }

// ReplaceSlots lets only b's configuration open the vault, beside the server's
// share: for a policy that binds more than the one under which the slots were
// made. Errors as AddSlot's.
func (v *Vault) ReplaceSlots(b Binding) error { return v.changeSlots(b, 0) }

// changeSlots adds b's slot beside the newest keep others.
func (v *Vault) changeSlots(b Binding, keep int) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.look(); err != nil {
		return err
	}
	if !b.usable() {
		return unusable()
	}
	h := v.header
	if !v.opens(h, b) || len(h.slots) > keep+1 {
		h.slots = h.slots[max(0, len(h.slots)-keep):]
		h, err := v.withSlot(h, b)
		if err != nil {
			return err
		}
		if err := v.save(h, v.entries); err != nil {
			return err
		}
	}
	v.kinds = b.Kinds
	return nil
}

// opens says that b's configuration has a slot.
func (v *Vault) opens(h header, b Binding) bool {
	for _, s := range h.slots {
		if slices.Equal(s.kinds, b.Kinds) {
			if _, ok := h.openSlot(s, v.keys, v.cfg.Memo.bound(h.argon, h.salt, b)); ok {
				return true
			}
		}
	}
	return false
}

// withSlot gives h with one more slot, the newest.
func (v *Vault) withSlot(h header, b Binding) (header, error) {
	salt, err := randomSecret(v.cfg.Rand)
	if err != nil {
		return header{}, err
	}
	s := slot{created: uint64(v.cfg.Now().Unix()), chip: v.keys.Hardware != Secret{}, kinds: b.Kinds, salt: salt}
	a := v.cfg.Memo.bound(h.argon, h.salt, b)
	s.sealed = sealSecret(slotKey(v.keys, a, salt), v.master, h.prefix("slot", s.kinds, 0))
	h.slots = append(slices.Clone(h.slots), s)
	return h, nil
}

func (h header) openSlot(s slot, k Keys, a Secret) (Secret, bool) {
	return openSecret(slotKey(k, a, s.salt), s.sealed, h.prefix("slot", s.kinds, 0))
}

// sealServer puts a fresh server slot into the header.
func (h *header) sealServer(rand io.Reader, ring Secret, share Share, master Secret) error {
	if share.Generation < 1 || int64(share.Generation) > 1<<31 || share.Secret == (Secret{}) {
		return errors.New("vault: not a share")
	}
	salt, err := randomSecret(rand)
	if err != nil {
		return err
	}
	h.server = serverSlot{generation: uint32(share.Generation), salt: salt}
	h.server.sealed = sealSecret(serverKey(ring, share.Secret, salt), master, h.prefix("server", nil, h.server.generation))
	return nil
}

func (h header) openServer(ring Secret, share Secret) (Secret, bool) {
	return openSecret(serverKey(ring, share, h.server.salt), h.server.sealed, h.prefix("server", nil, h.server.generation))
}

// Kinds are the kinds that the slot in use binds, sorted.
func (v *Vault) Kinds() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.kinds)
}

// Slots is how many configurations open the vault, 1 to MaxSlots.
func (v *Vault) Slots() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.header.slots)
}

// Generation is that of the server's share which opens the vault, 1 and up.
func (v *Vault) Generation() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return int(v.header.server.generation)
}

// Outline is what a vault file tells without being opened.
type Outline struct {
	// Generation is that of the server's share.
	Generation int
	// Slots are the configurations, oldest first.
	Slots []SlotInfo
}

// SlotInfo is one configuration: when it was added and what it binds.
type SlotInfo struct {
	Created time.Time
	Chip    bool
	Kinds   []string
}

// Look tells a vault's outline with the keyring's secret alone. Errors as
// Open's, without vault_locked.
func Look(cfg Config, ring Secret) (Outline, error) {
	f, _, err := read(cfg.ready(), ring)
	if err != nil {
		return Outline{}, err
	}
	o := Outline{Generation: int(f.header.server.generation)}
	for _, s := range f.header.slots {
		o.Slots = append(o.Slots, SlotInfo{time.Unix(int64(s.created), 0).UTC(), s.chip, s.kinds})
	}
	return o, nil
}
