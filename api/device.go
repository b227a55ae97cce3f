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
}

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
}

// Release is the server's share K_srv, sealed with HPKE (RFC 9180, base mode,
// DHKEM(X25519), HKDF-SHA256, ChaCha20Poly1305; info "holdfast release v1", aad the device id)
// to the request's ephemeral key.
type Release struct {
	Generation int    `json:"generation"`
	Enc        string `json:"enc"`    // encapsulated key, base64url
	Sealed     string `json:"sealed"` // ciphertext, base64url
}
