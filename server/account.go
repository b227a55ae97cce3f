package server

// Account states.
const (
	accountPending = "pending" // no address confirmed yet
	accountActive  = "active"
)

// Account is a person's account as stored. Times everywhere are Unix seconds;
// zero is never.
type Account struct {
	Number   string // 12 digits
	State    string
	Password string // Argon2id in PHC form
	Language string
	Policy   string
	Created  int64
	Seen     int64 // last check-in of a pending account
}

// Contact is an address of an account as stored: sealed, found by its blind
// index, which is unique among verified ones.
type Contact struct {
	ID       string
	Account  string
	Channel  string
	Sealed   []byte
	Blind    []byte
	Verified int64
	// Failures counts consecutive wrong codes from keys that were never active;
	// EnrolStopped is since when the contact enrols no new device.
	Failures     int
	EnrolStopped int64
}
