package api

// Reasons for a challenge.
const (
	ReasonRegister = "register" // confirms the address, activates the first computer
	ReasonEnrol    = "enrol"    // a new computer
	ReasonChanged  = "changed"  // this computer changed
	ReasonLocked   = "locked"   // the vault opens nowhere and may not be released
	ReasonFork     = "fork"     // the chain forked: a copy, or a restored backup
	ReasonChip     = "chip"     // the chip that held the device key is gone: a new key takes its place
	ReasonAnnounce = "announce" // the person announces a change of hardware: opens a change window
	ReasonPhone    = "phone"    // proves that a phone number is the person's: the code goes to that phone
	ReasonChannel  = "channel"  // where codes go is to change: the code goes where codes go now
	ReasonEmail    = "email"    // the server lost the address with its master key: the code goes to the address given again
)

// Channels.
const (
	ChannelEmail = "email"
	ChannelSMS   = "sms"
	ChannelVoice = "voice"
)

// Challenge states.
const (
	ChallengeOpen     = "open"
	ChallengeConsumed = "consumed"
	ChallengeExpired  = "expired"
	ChallengeLocked   = "locked"   // too many wrong codes; see NextSend
	ChallengeReplaced = "replaced" // a newer one is open
)

// Delivery states.
const (
	DeliveryQueued     = "queued"
	DeliveryHandedOver = "handed-over"
	DeliveryPutOff     = "put-off"
	DeliveryRefused    = "refused"
	DeliveryBounced    = "bounced"   // handed over, and came back or failed later
	DeliveryDelivered  = "delivered" // a provider reports that the phone, or the mail server of the address, has it
)

// Challenge is the server's demand for a code, without the code.
type Challenge struct {
	Reference string `json:"reference"` // such as K7Q
	State     string `json:"state"`
	Reason    string `json:"reason"`
	Channel   string `json:"channel"`
	// Destination is masked: k•••@m•••.org.
	Destination string `json:"destination"`
	// CodeLength and CodeKind say what the field draws: "crockford" with 9
	// symbols (check symbol included) or "digits" with 6.
	CodeKind   string `json:"code_kind"`
	CodeLength int    `json:"code_length"`
	Opened     string `json:"opened"`
	// Expires is the latest time at which a code in flight works; empty until a
	// message was handed over.
	Expires string `json:"expires,omitempty"`
	// NextSend is when sending again is allowed; empty where that is now.
	NextSend string `json:"next_send,omitempty"`
	// NextTry is when another try is allowed; empty where that is now.
	NextTry    string     `json:"next_try,omitempty"`
	TriesLeft  int        `json:"tries_left"`
	Deliveries []Delivery `json:"deliveries"`
	// Ways are all enrolled channels that the code may be sent by, the one in use
	// first; "use another way" offers the others.
	Ways    []Way    `json:"ways,omitempty"`
	Changes []Change `json:"changes,omitempty"`
	// Sender is the address that messages come from, to be allow-listed; Subject
	// is what to search for in a mailbox.
	Sender  string `json:"sender"`
	Subject string `json:"subject"`
	// Outbox is the address of the local outbox page, where there is one.
	Outbox string `json:"outbox,omitempty"`
}

// Delivery is one message and what became of it.
type Delivery struct {
	Channel string `json:"channel"`
	State   string `json:"state"`
	At      string `json:"at"`
	// Detail is the relay's reply without addresses or codes, such as
	// "451 4.7.1 greylisted"; NextTry when it is tried again.
	Detail  string `json:"detail,omitempty"`
	NextTry string `json:"next_try,omitempty"`
	// MessageID lets a mail provider trace it.
	MessageID string `json:"message_id,omitempty"`
	// Destination is masked; it differs from the challenge's after another way was
	// taken.
	Destination string `json:"destination,omitempty"`
}

// DeliveryRequest asks to send again. Channel is empty (the same) or another
// enrolled channel. There is no destination, anywhere.
type DeliveryRequest struct {
	Channel string `json:"channel,omitempty"`
}

// AnswerRequest answers a challenge. POST
// /v1/devices/{id}/challenges/{ref}/answers, signed by the device's key.
type AnswerRequest struct {
	Code      string   `json:"code"`
	Snapshot  Snapshot `json:"snapshot"`
	Ephemeral string   `json:"ephemeral"` // X25519 public key for the release
	// After a fork only: the key that takes the old one's place, its first chain
	// value, and the new key's signature (ES256, base64url r‖s) over
	// "holdfast-rekey-v1\n" + device id + "\n" + reference + "\n" + new keyid.
	NewKey   *Key   `json:"new_key,omitempty"`
	NewNext  string `json:"new_next,omitempty"`
	NewProof string `json:"new_proof,omitempty"`
	// NewHardware says what holds NewKey; see NewDevice.Hardware.
	NewHardware string `json:"new_hardware,omitempty"`
	// Claim is the public half of the Ed25519 key derived from the keyring's
	// secret, base64url; it is registered with the first activation and speaks for
	// the computer when the chip that holds its key is lost.
	Claim string `json:"claim,omitempty"`
	// Generation is the generation of the vault's server slot; 0 without a vault.
	Generation int `json:"generation,omitempty"`
	// Issuer is as in CheckInRequest.
	Issuer string `json:"issuer,omitempty"`
}

// AnswerReply is a DeviceReply.
type AnswerReply = DeviceReply

// SignOutRequest signs the computer out: the server revokes its key and deletes its share.
type SignOutRequest struct{}
