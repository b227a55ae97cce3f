package server

import "github.com/seed-1feef0b2/holdfast/api"

// Challenge is the demand for a code as stored. Secret is sealed, and nil once
// the challenge is closed.
type Challenge struct {
	ID        string
	Account   string
	Device    string
	Reference string
	State     string // api.Challenge…
	Reason    string // api.Reason…
	Contact   string
	Channel   string
	Secret    []byte
	Failures  int
	// Changes are what its message named.
	Changes []api.Change
	Place   string
	// Mute says that no code goes out and none is right: the address already
	// has an account, and its owner is told.
	Mute    bool
	Opened  int64
	Closed  int64
	Expires int64
	// Told is when the owner was told that another computer had its code. Seq
	// counts the device's challenges from 1.
	Told int64
	Seq  int64
	// Email and Phone are the contacts that it began with; its code goes to no
	// other. Empty where it may not go there.
	Email string
	Phone string
	// Wish is what its answer will do, for reason channel: the channel and the
	// contact, with a space between.
	Wish string
}

// Epoch is one code of a challenge and channel. Handed is its first hand-over.
type Epoch struct {
	Challenge string
	Channel   string
	Number    int
	Created   int64
	Handed    int64
}

// OutboxRow is one message as stored: it names a contact and a code's epoch,
// never an address or a code.
type OutboxRow struct {
	ID        int64 // rises with time
	Challenge string
	Account   string
	Contact   string
	Channel   string
	Kind      string
	Language  string
	Epoch     int
	State     string // api.Delivery…
	Attempt   int
	Due       int64
	Lease     int64
	Worker    string
	Created   int64
	Asked     int64 // the last time somebody asked for it
	Handed    int64
	Changed   int64 // when the state was reached
	Expires   int64
	Detail    string
	MessageID string
	// Provider is the provider's name and what it calls the message, "NAME/ID";
	// empty where none gave an id.
	Provider  string
	Reference string
	Device    string
	Place     string
	Reason    string
	Changes   []api.Change
	Data      map[string]string
}

// StoredReply is the outcome of a write, for its repetition.
type StoredReply struct {
	ID      []byte // hash of key, route and idempotency key
	Body    []byte // keyed hash of the request's body
	Outcome []byte // JSON, without codes, shares and certificates
	Forget  int64
}

// AuditRow is one event of an account. Hash covers every other field and Prev
// is the hash of the row before.
type AuditRow struct {
	Account string
	Seq     int64
	At      int64
	Actor   string // "device", "operator", "server" or "stranger"
	Device  string
	Event   string
	Result  string
	Detail  string // kinds and reasons, never values, codes or addresses
	// Facts is what the device's history tells of the row, JSON; empty where the
	// history leaves it out.
	Facts string
	IP    []byte // keyed hash
	Prev  []byte
	Hash  []byte
}

// Share is K_srv of a device and generation, sealed.
type Share struct {
	Device     string
	Generation int
	Sealed     []byte
	Created    int64
	// Reason is why it was made beside an earlier one: fork, chip, or empty for
	// the owner's wish.
	Reason string
}

// Issuer is a key that signs certificates, its private half sealed.
type Issuer struct {
	ID      string
	Role    string // "current", "next" or "past"
	Public  []byte // Ed25519
	Sealed  []byte // a past key's is the public key, which shows that it is one
	Created int64
	Ended   int64 // when it became a past one
}
