package app

import (
	"crypto/ed25519"
	"encoding/base64"

	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// claimKey gives the public half of the claim key, base64url, as the first
// activation registers it.
func claimKey(ring vault.Secret) string {
	return base64.RawURLEncoding.EncodeToString(vault.ClaimKey(ring).Public().(ed25519.PublicKey))
}

// claim signs for a new device key with the claim key: that whoever asks holds
// this computer's keyring.
func claim(ring vault.Secret, device, keyid string) string {
	sum := ed25519.Sign(vault.ClaimKey(ring), []byte("holdfast-claim-v1\n"+device+"\n"+keyid))
	return base64.RawURLEncoding.EncodeToString(sum)
}
