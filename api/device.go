package api

// Device states as the server tells them.
const (
	DevicePending   = "pending"
	DeviceActivated = "activated"
	DeviceLimited   = "limited"
	DeviceFrozen    = "frozen"
	DeviceRevoked   = "revoked"
)

// Key is a P-256 public key as a JWK (RFC 7517); its keyid is the RFC 7638
// thumbprint, base64url without padding.
type Key struct {
	KeyType string `json:"kty"` // "EC"
	Curve   string `json:"crv"` // "P-256"
	X       string `json:"x"`
	Y       string `json:"y"`
}

// NewDevice is what registering and enrolling say of the computer.
type NewDevice struct {
	Key  Key    `json:"key"`
	Name string `json:"name"` // 1 to 64 characters, shown in messages
	// Snapshot and Next start the device's series.
	Snapshot Snapshot `json:"snapshot"`
	// Next is the first chain value: 128 bits, 32 hex digits.
	Next string `json:"next"`
	// Hardware says what holds the key: empty for a key in the keyring,
	// HardwareTPM for one that a TPM 2.0 made and never lets go.
	Hardware string `json:"hardware,omitempty"`
}

// What may hold a device key beside the keyring.
const HardwareTPM = "tpm-2.0"

// RegisterRequest makes an account. POST /v1/accounts, signed by Device.Key.
type RegisterRequest struct {
	Email    string    `json:"email"`
	Password string    `json:"password"`
	Language string    `json:"language"` // en, vi, ru
	Device   NewDevice `json:"device"`
}

// EnrolRequest adds a computer to an account. POST /v1/devices, signed by
// Device.Key. Login is an account number or an e-mail address.
type EnrolRequest struct {
	Login    string    `json:"login"`
	Password string    `json:"password"`
	Device   NewDevice `json:"device"`
}

// EnrolReply answers both. The first challenge is already on its way.
type EnrolReply struct {
	Account   string     `json:"account"` // 12 digits
	DeviceID  string     `json:"device_id"`
	Policy    string     `json:"policy"` // compact JWS of Policy
	Issuers   IssuerKeys `json:"issuers"`
	Challenge Challenge  `json:"challenge"`
	Time      string     `json:"time"` // server time, RFC 3339 UTC
}

// IssuerKeys are the two Ed25519 keys that a client pins: the one that signs
// now and the offline one that comes next. Each is 32 bytes, base64url.
type IssuerKeys struct {
	Current string `json:"current"`
	Next    string `json:"next"`
}

// CheckInRequest reports a fresh snapshot. POST /v1/devices/{id}/check-ins.
type CheckInRequest struct {
	Snapshot Snapshot `json:"snapshot"`
	// Prev and Next are the chain pair, fsynced by the client before sending.
	Prev string `json:"prev"`
	Next string `json:"next"`
	// Locked says that no slot of the vault opens, and asks for a release.
	Locked bool `json:"locked,omitempty"`
	// Ephemeral is an X25519 public key for HPKE (RFC 9180), base64url; needed
	// where Locked is true.
	Ephemeral string `json:"ephemeral,omitempty"`
	// Generation is the generation of the vault's server slot, 0 without a vault.
	// Reporting the wanted one confirms a rotation: the server then forgets the
	// share before it.
	Generation int `json:"generation,omitempty"`
	// PolicyVersion and RulesVersion are those that the client holds; the reply
	// carries newer ones.
	PolicyVersion int `json:"policy_version,omitempty"`
	RulesVersion  int `json:"rules_version,omitempty"`
	// Issuer is the RFC 7638 thumbprint of the issuer key that is pinned as current;
	// the reply brings what was announced since.
	Issuer string `json:"issuer,omitempty"`
}

// RotateRequest asks for a new share, so that the vault can be given a new master
// key. POST /v1/devices/{id}/rotations; the device must be activated. Asking again
// finds the same pending share. The reply is a DeviceReply with Rotate; the share
// comes with a check-in.
type RotateRequest struct {
	Ephemeral string `json:"ephemeral"`
}

// AnnounceRequest announces a change of hardware. POST
// /v1/devices/{id}/announcements; the device must be activated. It opens a
// challenge (reason announce); its answer opens the change window.
type AnnounceRequest struct {
	// Groups are the identity groups that will change: disk, board, network.
	Groups []string `json:"groups"`
	// Hours is how long the window stays open once the code was typed, 1 to 168;
	// 0 means 72.
	Hours int `json:"hours,omitempty"`
}

// ReplaceKeyRequest puts a new device key in the place of one whose chip is lost.
// POST /v1/devices/{id}/keys, signed by Key itself. It opens a challenge (reason
// chip); until its answer the old key stays, and if it is heard from again the
// request falls.
type ReplaceKeyRequest struct {
	Key Key `json:"key"`
	// Hardware is what holds Key; see NewDevice.Hardware.
	Hardware string `json:"hardware,omitempty"`
	// Next is the first chain value of the new key.
	Next     string   `json:"next"`
	Snapshot Snapshot `json:"snapshot"`
	// Claim is the registered claim key's Ed25519 signature, base64url, over
	// "holdfast-claim-v1\n" + device id + "\n" + keyid of Key.
	Claim string `json:"claim"`
	// Issuer is as in CheckInRequest.
	Issuer string `json:"issuer,omitempty"`
}

// DeviceReply is what the server says of a device after a check-in, an answer
// or a GET /v1/devices/{id}. Certificate and Release are never stored.
type DeviceReply struct {
	State       string     `json:"state"`
	Certificate string     `json:"certificate,omitempty"`
	Policy      string     `json:"policy,omitempty"`
	Release     *Release   `json:"release,omitempty"`
	Challenge   *Challenge `json:"challenge,omitempty"`
	// Changes are the kinds that differ from the nearest known configuration,
	// accepted or not.
	Changes []Change `json:"changes,omitempty"`
	Time    string   `json:"time"`
	// HoldUntil is the end of the longest hold on sensitive actions, RFC 3339;
	// empty where there is none.
	HoldUntil string `json:"hold_until,omitempty"`
	// Rotate is the generation that the vault is to be rotated to; 0 where none is
	// pending. Next is that generation's share, given with Release after a code, or
	// in a check-in of a device that is activated and recognised as for a release
	// without a code, and that offers an ephemeral key.
	Rotate int      `json:"rotate,omitempty"`
	Next   *Release `json:"next,omitempty"`
	// Rules is a newer set of placeholder rules (compact JWS, typ RulesType).
	Rules string `json:"rules,omitempty"`
	// Flags are what the judged drift raises; see the Flag constants.
	Flags []string `json:"flags,omitempty"`
	// Windows are the change windows that hold for this device, open or to come.
	Windows []Window `json:"windows,omitempty"`
	// Window names the change window that accepted the drift, empty without one.
	Window string `json:"window,omitempty"`
	// ContactLost says that the server lost the account's address with its master
	// key: no code can be sent until the person gives it again. See EmailRequest.
	ContactLost bool `json:"contact_lost,omitempty"`
	// Issuers are the signed changes of the issuer keys since the one that the
	// request named, the oldest first (compact JWS, typ IssuersType; see
	// IssuersClaims).
	Issuers []string `json:"issuers,omitempty"`
}

// Window is a change window: a time in which listed drift needs no code.
type Window struct {
	ID string `json:"id"`
	// Origin is "it" or "person".
	Origin string   `json:"origin"`
	Kinds  []string `json:"kinds,omitempty"`
	Groups []string `json:"groups,omitempty"`
	// Flags are accepted only where listed.
	Flags []string `json:"flags,omitempty"`
	From  string   `json:"from"`
	To    string   `json:"to"`
	Note  string   `json:"note,omitempty"`
}

// Origins of a change window.
const (
	WindowIT     = "it"
	WindowPerson = "person"
)

// History is one page of what happened to a device, newest first. GET
// /v1/devices/{id}/history?before=N
type History struct {
	Events []Event `json:"events"`
	// Before asks for the page after this one; 0 at the end.
	Before int64 `json:"before,omitempty"`
}

// Event is one thing that happened to a device. It carries kinds, never values.
type Event struct {
	Seq   int64  `json:"seq"`
	At    string `json:"at"`
	Event string `json:"event"` // one of the Event constants
	// Reason is a challenge's reason, where the event is about one; of a policy
	// event the policy's name.
	Reason    string   `json:"reason,omitempty"`
	Reference string   `json:"reference,omitempty"`
	Changes   []Change `json:"changes,omitempty"`
	Flags     []string `json:"flags,omitempty"`
	Window    string   `json:"window,omitempty"`
	// By is the role of whoever did it at the server's console; empty where the
	// computer or the server itself did.
	By string `json:"by,omitempty"`
}

// What happens to a device.
const (
	EventActivated  = "activated"   // a code was typed; Reason says why it was asked
	EventAsked      = "asked"       // a code was asked for
	EventAccepted   = "accepted"    // drift was accepted without a code; Window where one listed it
	EventReleased   = "released"    // the server's share went out without a code
	EventForked     = "forked"      // two computers used one key
	EventKeyChanged = "key-changed" // a new device key took the old one's place
	EventRotated    = "rotated"     // the vault got a new master key
	EventRotating   = "rotating"    // a rotation was asked for
	EventWrongCodes = "wrong-codes" // a challenge was locked by wrong codes
	EventAnnounced  = "announced"   // a change window was opened by the person
	EventPolicy     = "policy"      // the account's policy changed
	EventSignedOut  = "signed-out"
	EventViewed     = "viewed"     // somebody at the server's console looked at the account
	EventSentAgain  = "sent-again" // somebody there had the code sent again
	EventHeld       = "held"       // somebody there lengthened the hold; Reason says why
	EventPhone      = "phone"      // a phone was enrolled, or taken away
	EventChannel    = "channel"    // where codes go was changed
	EventBlocked    = "blocked"    // a link in a message shut a computer out
)

// Release is the server's share K_srv, sealed with HPKE (RFC 9180, base mode,
// DHKEM(X25519), HKDF-SHA256, ChaCha20Poly1305; info "holdfast release v1", aad the device id)
// to the request's ephemeral key.
type Release struct {
	Generation int    `json:"generation"`
	Enc        string `json:"enc"`    // encapsulated key, base64url
	Sealed     string `json:"sealed"` // ciphertext, base64url
}
