package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// signedBy is the key that a request is to be signed with: the one in a request
// for a new key, the one that asked where the request names it, else the device's.
func (p *peer) signedBy(r *http.Request, what string, body []byte, device api.Key) api.Key {
	if what == "POST keys" {
		var in api.ReplaceKeyRequest
		_ = json.Unmarshal(body, &in)
		return in.Key
	}
	if p.asking != nil && p.asks(r, p.asking.Key) {
		return p.asking.Key
	}
	return device
}

// asks says that a request comes from a key that is not the device's.
func (p *peer) asks(r *http.Request, key api.Key) bool {
	id, _ := sign.Thumbprint(key)
	own, _ := sign.Thumbprint(p.device)
	return id != own && strings.Contains(r.Header.Get(sign.HeaderInput), id)
}

// forNewKey is what a key that asks to be the device's may do.
func (p *peer) forNewKey(r *http.Request, what string, body []byte) (int, any) {
	ours := p.challenge != nil && p.challenge.Reason == api.ReasonChip && strings.Contains(r.URL.Path, "/"+p.challenge.Reference)
	switch {
	case what == "POST keys":
		return p.replaceKey(body)
	case strings.HasSuffix(what, "answers") && ours:
		return p.answer(r.URL.Path, body)
	case ours:
		return 0, *p.challenge
	}
	return 401, problemOf(401, api.CodeUnknownKey)
}

func (p *peer) replaceKey(body []byte) (int, any) {
	var in api.ReplaceKeyRequest
	_ = json.Unmarshal(body, &in)
	id, _ := sign.Thumbprint(in.Key)
	public, _ := base64.RawURLEncoding.DecodeString(p.claim)
	proof, _ := base64.RawURLEncoding.DecodeString(in.Claim)
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, []byte("holdfast-claim-v1\ndev1\n"+id), proof) {
		return 403, problemOf(403, api.CodeClaim)
	}
	if p.asking == nil || p.asking.Key != in.Key {
		p.open(api.ReasonChip)
	}
	if p.asking != nil && p.asking.Key == in.Key && p.asking.Next != in.Next {
		p.t.Error("the same key asks with another chain value")
	}
	p.asking = &in
	r := p.describe()
	r.State, r.Certificate = api.DeviceLimited, ""
	return 0, r
}
