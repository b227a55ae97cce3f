package server

import (
	"encoding/hex"

	"github.com/seed-1feef0b2/holdfast/api"
)

// certificate signs the activation certificate that the device's last accepted
// snapshot earned: it holds from then, so that asking again prolongs nothing.
func (w *work) certificate(dev Device, acct Account) (string, error) {
	return w.signed(api.CertificateType, api.CertificateClaims{
		Issuer: w.origin, Audience: api.Audience, IssuedAt: dev.Checked, Expires: dev.Checked + seconds(w.limits.CertificateLife),
		Account: acct.Number, Device: dev.ID, Confirmation: api.Confirmation{Thumbprint: dev.KeyID},
		Configuration: w.configurationClaim(dev), Policy: acct.Policy, PolicyVersion: w.policies.Version(acct.Policy),
		Activation: "active", Assurance: dev.Assurance, Hardware: dev.Hardware,
	})
}

// configurationClaim names the configuration without telling it: a plain hash of
// its digests, kept beside the vault, would let somebody with the keyring's
// secret test guesses at the values faster than the vault allows.
func (w *work) configurationClaim(dev Device) string {
	return hex.EncodeToString(w.index("certificate configuration", dev.ID+"\x00"+string(dev.Sum)))
}

// policyClaims are a policy as it is signed.
type policyClaims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	api.Policy
}

func (w *work) signedPolicy(name, platform string) (string, error) {
	p, ok := w.policies.For(name, platform)
	if !ok {
		return "", api.NewError(api.CodePolicyInvalid)
	}
	return w.signedOnce("policy "+name+" "+platform, api.PolicyType, policyClaims{w.origin, api.Audience, p})
}
