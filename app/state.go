package app

import "github.com/seed-1feef0b2/holdfast/api"

// State is what this computer is to its account, derived from Facts and never
// set by hand.
type State string

// The states of a computer.
const (
	NotEnrolled State = "not-enrolled" // no account on this computer
	Pending     State = "pending"      // enrolled, the first code not typed yet
	Activated   State = "activated"    // keys open
	Changed     State = "changed"      // keys locked until a code is typed
	Limited     State = "limited"      // may look and ask for codes
	Frozen      State = "frozen"       // its chain forked: a code and a new key
	Revoked     State = "revoked"      // signed out by the owner or the server
)

// Access is what may be done with the keys.
type Access string

// The three accesses to keys.
const (
	AccessNone  Access = "none"
	AccessRead  Access = "read"  // keys open, nothing may be changed
	AccessWrite Access = "write" // keys open and may be changed
)

// Proof is what the stored certificate is worth on this computer, now.
type Proof string

// What a certificate may be worth.
const (
	ProofNone    Proof = "none"    // none stored, or not for this key and device
	ProofExpired Proof = "expired" // was right, has ended
	ProofValid   Proof = "valid"
)

// VaultFact is what became of opening the vault on this computer as it is.
type VaultFact string

// What may become of opening the vault.
const (
	VaultNone   VaultFact = "none"   // none yet, or missing, broken, newer: nothing to open
	VaultOpen   VaultFact = "open"   // a slot opened
	VaultLocked VaultFact = "locked" // it is there, and no slot opens
)

// Facts are all that a state depends on.
type Facts struct {
	// Enrolled says that the server has given this computer a device id.
	Enrolled bool
	// Keys says that the keyring gave this computer's keys.
	Keys bool
	// Told is the server's last word: one of api.Device*; empty where it never
	// said one or it was lost.
	Told string
	// Asked says that a challenge is open, or closed without a right answer.
	Asked bool
	// Declined says that the person chose "not now" for that challenge.
	Declined bool
	// Proof is what the certificate is worth.
	Proof Proof
	// ClockBack says that the clock shows a time before the latest server time.
	ClockBack bool
	// Vault is what became of opening the vault.
	Vault VaultFact
}

// derive computes state and access from facts. Its one switch is the only place
// that decides; the cases are in order of weight.
func derive(f Facts) (State, Access) {
	switch {
	case !f.Enrolled:
		return NotEnrolled, AccessNone
	case f.Told == api.DeviceRevoked:
		return Revoked, AccessNone
	case !f.Keys, f.Told == "":
		return Limited, AccessNone
	case f.Told == api.DeviceFrozen:
		return Frozen, AccessNone
	case f.Declined && (f.Asked || f.Told == api.DevicePending):
		return Limited, AccessNone
	case f.Told == api.DevicePending:
		return Pending, AccessNone
	case f.Asked, f.Vault == VaultLocked:
		return Changed, AccessNone
	case f.Proof == ProofNone:
		return Limited, AccessNone
	case f.Told == api.DeviceLimited, f.Proof == ProofExpired, f.ClockBack:
		return Limited, readable(f.Vault)
	case f.Vault == VaultNone:
		return Activated, AccessNone
	default:
		return Activated, AccessWrite
	}
}

// readable is the access to a vault that must not be changed.
func readable(v VaultFact) Access {
	if v == VaultOpen {
		return AccessRead
	}
	return AccessNone
}
