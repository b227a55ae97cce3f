package app

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// releaseInfo is the HPKE info of a release.
const releaseInfo = "holdfast release v1"

// ephemeral is the key that one request offers for the server's share. It lives
// as long as the request.
type ephemeral struct{ key hpke.PrivateKey }

func newEphemeral() (*ephemeral, error) {
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	return &ephemeral{key}, nil
}

// public is the key's public half, base64url.
func (e *ephemeral) public() string {
	return base64.RawURLEncoding.EncodeToString(e.key.PublicKey().Bytes())
}

// open opens a release for a device (RFC 9180, base mode).
func (e *ephemeral) open(r *api.Release, device string) (vault.Share, error) {
	share := vault.Share{Generation: r.Generation}
	enc, err := base64.RawURLEncoding.DecodeString(r.Enc)
	if err != nil {
		return share, api.Wrap(api.CodeServerReply, err)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(r.Sealed)
	if err != nil {
		return share, api.Wrap(api.CodeServerReply, err)
	}
	to, err := hpke.NewRecipient(enc, e.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(releaseInfo))
	if err != nil {
		return share, api.Wrap(api.CodeServerReply, err)
	}
	plain, err := to.Open([]byte(device), sealed)
	if err != nil || len(plain) != len(share.Secret) {
		return share, api.Wrap(api.CodeServerReply, err)
	}
	copy(share.Secret[:], plain)
	return share, nil
}
