package server

import (
	"github.com/seed-1feef0b2/holdfast/api"
)

// Device is one installation as stored.
type Device struct {
	ID       string
	Account  string
	KeyID    string
	Key      api.Key
	Name     string
	Platform string
	State    string // api.Device…
	// OnceActive says that its key was activated at least once.
	OnceActive bool
	// Current is the chain's value; LastPrev and LastNext are the last pair.
	Current, LastPrev, LastNext string
	// Epoch is the restore epoch in which an unknown value was accepted.
	Epoch int64
	// Unread counts what could not be read; SeenDay and Seen are the day (UTC,
	// since 1970) and the short sums of the unknown snapshots of that day.
	Unread  Unread
	SeenDay int64
	Seen    []byte
	// Failures are the times of wrong codes in the last 24 hours; Streak counts
	// consecutive ones, NextTry is when another may be tried.
	Failures []int64
	Streak   int
	NextTry  int64
	// Checked is when a snapshot was last accepted, Sum its sum and Assurance
	// its rating: what the certificate says.
	Checked   int64
	Sum       []byte
	Assurance string
	Created   int64
	Activated int64
	LastSeen  int64
	// Hardware is what holds the key: empty, or one of api.Hardware….
	Hardware string
	// Claim is the Ed25519 public key that speaks for the computer when its
	// device key is lost; empty until one was registered.
	Claim []byte
	// Blocked is until when its owner shut it out by a link in a message.
	Blocked int64
}

// KeyRequest is a key that asks to take the place of a device's, whose chip is
// lost. A device has at most one.
type KeyRequest struct {
	Device   string
	KeyID    string
	Key      api.Key
	Hardware string
	Next     string // its first chain value
	// Seq is that of the first challenge that the request opened.
	Seq     int64
	Created int64
}

// RevokedKey is a key that once was a device's.
type RevokedKey struct {
	KeyID   string
	Key     api.Key
	Device  string
	Account string
	Revoked int64
	Reason  string
}

// Hold is a stop on sensitive actions of an account.
type Hold struct {
	ID        string
	Account   string
	Device    string
	Reason    string
	Created   int64
	Until     int64
	Condition string // what else must be true for its release; may be empty
}

// Configuration is a snapshot that was activated by a code, and where accepted
// drift has moved it since.
type Configuration struct {
	ID        string
	Device    string
	Activated int64
	Used      int64
	Sum       []byte
	Snapshot  api.Snapshot
	MovedSum  []byte
	Moved     *api.Snapshot
	// Rules is the version of the placeholder rules that the newest of its
	// snapshots was read under.
	Rules int
}
