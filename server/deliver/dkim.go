package deliver

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// DKIM signs letters with a key of ours (RFC 6376; Ed25519 as in RFC 8463).
type DKIM struct {
	domain   string
	selector string
	key      crypto.Signer
}

// dkimName is the longest domain or selector. The library breaks a tag that does not
// fit into a line in the middle of a word, which no verifier takes; the names of
// the signed fields together must fit too.
const dkimName = 60

// dkimBits is the least that an RSA key must have (RFC 8301, 3.2, asks for 2048).
const dkimBits = 2048

var (
	aDomain    = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	signed     = []string{"From", "To", "Subject", "Date", "Message-ID", "Content-Type"}
	oversigned = []string{"From", "To", "Subject"} // a second one, put in on the way, breaks the signature
)

// NewDKIM reads a PEM key (PKCS #1 or PKCS #8): RSA of at least 2048 bits, or
// Ed25519. Domain is that of the sender's address, in lower case; the public half
// is published at SELECTOR._domainkey.DOMAIN, see Record.
func NewDKIM(domain, selector string, pemKey []byte) (*DKIM, error) {
	if !aDomain.MatchString(domain) || !aDomain.MatchString(selector) || len(domain) > dkimName || len(selector) > dkimName {
		return nil, errors.New("deliver: the DKIM domain and selector must be host names such as example.org and holdfast1, in lower case")
	}
	block, _ := pem.Decode(pemKey)
	if block == nil {
		return nil, errors.New("deliver: the DKIM key file must hold a private key as PEM")
	}
	// What a parser says of a private key is kept back: it could repeat parts of it.
	var key any
	var err error
	if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("deliver: the DKIM key is neither PKCS #8 nor PKCS #1")
		}
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < dkimBits {
			return nil, fmt.Errorf("deliver: an RSA key for DKIM needs %d bits, this one has %d", dkimBits, k.N.BitLen())
		}
		return &DKIM{domain: domain, selector: selector, key: k}, nil
	case ed25519.PrivateKey:
		return &DKIM{domain: domain, selector: selector, key: k}, nil
	default:
		return nil, errors.New("deliver: a key for DKIM must be RSA or Ed25519")
	}
}

// Name is where the record is published.
func (d *DKIM) Name() string { return d.selector + "._domainkey." + d.domain }

// Record is the text to publish at Name (RFC 6376, 3.6.1).
func (d *DKIM) Record() string {
	if pub, ok := d.key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)
	}
	der, err := x509.MarshalPKIXPublicKey(d.key.Public())
	if err != nil {
		return "" // no RSA key that was parsed
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// signer is made for each letter: the library's own remembers what it signed
// with, which two letters at once must not write.
func (d *DKIM) signer(at time.Time) *gomail.DKIMSigner {
	s := gomail.NewDKIMSigner(d.domain, d.selector, d.key)
	s.NowFunc = func() time.Time { return at }
	s.SignHeaders(signed...)
	s.OversignHeaders(oversigned...)
	return s
}
