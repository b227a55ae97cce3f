package api

// CertificateType is the JWT typ of an activation certificate; PolicyType that
// of a signed policy. Audience is the aud of both.
const (
	CertificateType = "holdfast-activation+jwt"
	PolicyType      = "holdfast-policy+jwt"
	RulesType       = "holdfast-rules+jwt"   // claims: iss, aud, rules (the document)
	IssuersType     = "holdfast-issuers+jwt" // claims: IssuersClaims
	Audience        = "org.holdfast.Holdfast"
)

// Assurance levels.
const (
	AssuranceLow  = "low"
	AssuranceHigh = "high"
)

// CertificateClaims are the claims of an activation certificate (JWT, EdDSA).
type CertificateClaims struct {
	Issuer        string       `json:"iss"`
	Audience      string       `json:"aud"`
	IssuedAt      int64        `json:"iat"`
	Expires       int64        `json:"exp"`
	Account       string       `json:"account"`
	Device        string       `json:"device"`
	Confirmation  Confirmation `json:"cnf"`
	Configuration string       `json:"configuration"` // a keyed hash under a key that only the server has, hex: equal while the configuration is
	Policy        string       `json:"policy"`
	PolicyVersion int          `json:"policy_version"`
	Activation    string       `json:"act"` // "active" or "limited"
	Assurance     string       `json:"assurance"`
	Hardware      string       `json:"hardware,omitempty"` // what holds the device key; see NewDevice.Hardware
	Licences      []string     `json:"licences,omitempty"`
}

// Confirmation binds the certificate to the device key (RFC 7800, jkt as in RFC 9449).
type Confirmation struct {
	Thumbprint string `json:"jkt"`
}

// IssuersClaims announce a change of the issuer keys: the key that was pinned as
// next signs, becomes current, and names the one that comes after it. A client
// that holds Previous takes Keys in its place. Where Previous is empty the keys
// before are lost and Keys.Current signs for itself: a client takes such keys only
// when its owner gives the account's address again.
type IssuersClaims struct {
	Issuer   string     `json:"iss"`
	Audience string     `json:"aud"`
	IssuedAt int64      `json:"iat"`
	Previous IssuerKeys `json:"previous"`
	Keys     IssuerKeys `json:"keys"`
}
