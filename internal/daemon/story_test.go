package daemon

import (
	"bytes"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestStory registers, answers with the code from the outbox, checks the
// certificate against the published keys, changes the computer and answers again.
func TestStory(t *testing.T) {
	r := start(t)
	c := newClient(t, r.URL())
	enrolled := c.register("kim.nguyen@example.org")
	first := r.message(t, 1)
	if first["code"] == "" || first["reference"] != enrolled.Challenge.Reference || first["to"] != "kim.nguyen@example.org" ||
		first["kind"] != "code.register" || !strings.Contains(first["text"], first["code"]) || strings.Contains(first["subject"], first["code"]) {
		t.Fatalf("message %v", first)
	}
	if first["subject"] != enrolled.Challenge.Subject {
		t.Errorf("the challenge says to look for %q, the message is %q", enrolled.Challenge.Subject, first["subject"])
	}
	if enrolled.Challenge.Outbox != r.OutboxURL() || strings.Contains(enrolled.Challenge.Destination, "nguyen") {
		t.Errorf("challenge %+v", enrolled.Challenge)
	}
	active := c.answer(enrolled.Challenge.Reference, first["code"])
	if active.State != api.DeviceActivated || active.Release == nil {
		t.Fatalf("%+v", active)
	}
	share := openRelease(t, c, active.Release)
	claims := verified(t, r.URL(), active.Certificate)
	if claims.Device != c.device || claims.Account != c.account || claims.Confirmation.Thumbprint != c.signer.KeyID() ||
		claims.Audience != api.Audience || claims.Issuer != r.URL() || claims.Activation != "active" {
		t.Errorf("claims %+v", claims)
	}
	if got := c.checkIn(); got.State != api.DeviceActivated || got.Certificate == "" || got.Challenge != nil {
		t.Errorf("unchanged: %+v", got)
	}
	c.values["boot-disk"] = strings.Repeat("0", 32)
	changed := c.checkIn()
	if changed.Challenge == nil || changed.Challenge.Reason != api.ReasonChanged {
		t.Fatalf("changed: %+v", changed)
	}
	second := waitFor(t, r, "code.changed")
	if !strings.Contains(second["text"], "LAPTOP-7") || second["code"] == first["code"] {
		t.Errorf("message %v", second)
	}
	again := c.answer(changed.Challenge.Reference, second["code"])
	if again.State != api.DeviceActivated || !bytes.Equal(openRelease(t, c, again.Release), share) {
		t.Errorf("unlocked: %+v", again)
	}
	if p := c.problem("POST", c.path(api.RouteAnswers, changed.Challenge.Reference), c.answerRequest(second["code"])); p.Code != api.CodeUsed {
		t.Errorf("used code: %s", p.Code)
	}
	must[any](c, "POST", c.path(api.RouteSignOut, ""), struct{}{})
	if p := c.problem("GET", c.path(api.RouteDevice, ""), nil); p.Code != api.CodeRevoked && p.Code != api.CodeUnknownKey {
		t.Errorf("signed out: %s", p.Code)
	}
}

func waitFor(t *testing.T, r *running, kind string) map[string]string {
	t.Helper()
	for n := 1; n < 20; n++ {
		if m := r.message(t, n); m["kind"] == kind {
			return m
		}
	}
	t.Fatalf("no message %s", kind)
	return nil
}

func openRelease(t *testing.T, c *client, rel *api.Release) []byte {
	t.Helper()
	if rel == nil {
		t.Fatal("no release")
	}
	enc, err1 := base64.RawURLEncoding.DecodeString(rel.Enc)
	sealed, err2 := base64.RawURLEncoding.DecodeString(rel.Sealed)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	key, err := hpke.NewDHKEMPrivateKey(c.eph)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := hpke.NewRecipient(enc, key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("holdfast release v1"))
	if err != nil {
		t.Fatal(err)
	}
	share, err := rec.Open([]byte(c.device), sealed)
	if err != nil || len(share) != 32 {
		t.Fatalf("release: %v, %d bytes", err, len(share))
	}
	return share
}

// codeShape is what a mailed code looks like.
var codeShape = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}\b`)

// verified checks a certificate with the published keys alone.
func verified(t *testing.T, base, certificate string) api.CertificateClaims {
	t.Helper()
	res, raw := get(t, base+"/.well-known/jwks.json")
	if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/jwk-set+json") {
		t.Errorf("content type %q", ct)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	jws, err := jose.ParseSignedCompact(certificate, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		t.Fatal(err)
	}
	head := jws.Signatures[0].Protected
	keys := set.Key(head.KeyID)
	if len(keys) != 1 || !keys[0].IsPublic() || head.ExtraHeaders["typ"] != api.CertificateType {
		t.Fatalf("key %q of %s, header %+v", head.KeyID, raw, head)
	}
	payload, err := jws.Verify(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	var claims api.CertificateClaims
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// TestNothingSecretIsLogged runs a whole story with the log at its loudest and
// looks in it for everything that may not be there.
func TestNothingSecretIsLogged(t *testing.T) {
	r := start(t)
	c := newClient(t, r.URL())
	ch := c.register("Kim.Nguyen+keys@Example.org").Challenge
	first := r.message(t, 1)
	wrong := "ZZZZZZZZ"
	c.problem("POST", c.path(api.RouteAnswers, ch.Reference), c.answerRequest(wrong))
	eve := newClient(t, r.URL())
	eve.problem("POST", api.RouteDevices, api.EnrolRequest{Login: "eve@example.org", Password: "hunter2 hunter2 hunter2", Device: eve.newDevice("EVE-1")})
	reply := c.answer(ch.Reference, first["code"])
	share := openRelease(t, c, reply.Release)
	c.values["boot-disk"] = strings.Repeat("a", 32)
	changed := c.checkIn().Challenge.Reference
	r.clock.Move(2 * time.Minute)
	c.now = r.clock.Now
	must[api.Challenge](c, "POST", c.path(api.RouteDeliveries, changed), api.DeliveryRequest{})
	last := waitFor(t, r, "code.changed")
	c.answer(changed, last["code"])
	r.stop()
	log := strings.ToLower(r.log.String())
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	for name, secret := range map[string]string{
		"code": first["code"], "code, joined": plain(first["code"]), "second code": last["code"], "second code, joined": plain(last["code"]),
		"wrong code": wrong, "address": "kim.nguyen", "address's other half": "nguyen+keys@", "stranger's address": "eve@",
		"password": password, "wrong password": "hunter2", "computer's name": "laptop-7", "key": c.signer.KeyID(),
		"share": base64.RawURLEncoding.EncodeToString(share), "sealed share": reply.Release.Sealed,
		"certificate": reply.Certificate[len(reply.Certificate)-60:], "digest": c.values["system-uuid"], "chain": c.chain,
		"stranger's computer": "eve-1",
	} {
		if strings.Contains(log, strings.ToLower(secret)) {
			t.Errorf("the log holds the %s", name)
		}
	}
	if shape := codeShape.FindString(strings.ToUpper(log)); shape != "" {
		t.Errorf("the log holds something like a code: %s", shape)
	}
	if !strings.Contains(log, "handed-over") || !strings.Contains(log, strings.ToLower(api.RouteAnswers)) {
		t.Errorf("the log says too little:\n%s", log)
	}
}
