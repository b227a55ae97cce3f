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
	// Channel is where codes go: api.ChannelSMS, api.ChannelVoice, or empty for
	// e-mail. Contact is the phone, where it is one.
	Channel string
	Contact string
}

// Contact is an address or a phone of an account as stored: sealed, found by its
// blind index, which is unique among verified addresses. Channel is
// api.ChannelEmail, or "phone" for both text messages and calls.
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
	// Trusted is from when codes may go to a phone. Removed is when the contact was
	// taken away: nothing is sent there any more.
	Trusted int64
	Removed int64
	// Failing says, by channel, what was refused for good or came back.
	Failing map[string]Failure
}

// Failure is why messages did not arrive, and since when.
type Failure struct {
	Detail string `json:"detail"`
	At     int64  `json:"at"`
}
