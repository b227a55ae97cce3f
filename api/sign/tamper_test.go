package sign

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

type tampering map[string]func(*http.Request)

// refuseAll tampers with a signed request in each way: each is refused as
// "signature".
func refuseAll(t *testing.T, f fixture, all tampering) {
	t.Helper()
	for name, change := range all {
		t.Run(name, func(t *testing.T) {
			r := f.signed(t, "POST", "/v1/devices/d1/check-ins", tamperBody)
			before := r.Header.Get(HeaderInput)
			change(r)
			if _, err := f.verify(r, tamperBody, created); api.CodeOf(err) != api.CodeSignature {
				t.Errorf("got %v\n%s\n%s", err, before, r.Header.Get(HeaderInput))
			}
		})
	}
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// TestTamperRequest changes what is covered and how often it is there.
func TestTamperRequest(t *testing.T) {
	add := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Add(name, r.Header.Get(name)) }
	}
	drop := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Del(name) }
	}
	target := func(raw string) func(*http.Request) {
		return func(r *http.Request) { r.URL, _ = url.Parse(raw) }
	}
	refuseAll(t, newFixture(t), tampering{
		"method":                 func(r *http.Request) { r.Method = "PUT" },
		"path":                   target("/v1/devices/d2/check-ins"),
		"path encoding":          target("/v1/devices/%641/check-ins"),
		"query":                  target("/v1/devices/d1/check-ins?a=1"),
		"content type":           set("Content-Type", "application/json; charset=utf-8"),
		"idempotency key":        set(HeaderIdempotency, "6f1f"),
		"digest":                 set(HeaderDigest, Digest([]byte("{}"))),
		"digest, another":        set(HeaderDigest, "sha-512=:AAAA:"),
		"digest, two":            set(HeaderDigest, Digest([]byte(tamperBody))+", sha-512=:AAAA:"),
		"no content type":        drop("Content-Type"),
		"no idempotency key":     drop(HeaderIdempotency),
		"no digest":              drop(HeaderDigest),
		"no input":               drop(HeaderInput),
		"no signature":           drop(HeaderSignature),
		"content type twice":     add("Content-Type"),
		"idempotency key twice":  add(HeaderIdempotency),
		"digest twice":           add(HeaderDigest),
		"input twice":            add(HeaderInput),
		"signature twice":        add(HeaderSignature),
		"empty idempotency key":  set(HeaderIdempotency, ""),
		"line break":             set(HeaderIdempotency, "a\nb"),
		"not a dictionary":       set(HeaderInput, "((("),
		"not an inner list":      set(HeaderInput, `hf="x"`),
		"list of numbers":        set(HeaderInput, `hf=(1 2)`),
		"signature cut":          set(HeaderSignature, "hf=:AAAA:"),
		"signature of zeros":     set(HeaderSignature, "hf=:"+base64.StdEncoding.EncodeToString(make([]byte, 64))+":"),
		"signature as text":      set(HeaderSignature, `hf="AAAA"`),
		"signature list":         set(HeaderSignature, `hf=(1)`),
		"signature, broken":      set(HeaderSignature, "hf=:"),
		"another signature":      func(r *http.Request) { r.Header.Set(HeaderSignature, r.Header.Get(HeaderSignature)+", x=:AAAA:") },
		"signature with a param": func(r *http.Request) { r.Header.Set(HeaderSignature, r.Header.Get(HeaderSignature)+";a") },
	})
}

// TestTamperInput changes the components and parameters that the profile fixes.
func TestTamperInput(t *testing.T) {
	f := newFixture(t)
	input := func(old, with string) func(*http.Request) {
		return func(r *http.Request) {
			if !strings.Contains(r.Header.Get(HeaderInput), old) {
				t.Errorf("no %s in %s", old, r.Header.Get(HeaderInput))
			}
			r.Header.Set(HeaderInput, strings.Replace(r.Header.Get(HeaderInput), old, with, 1))
		}
	}
	refuseAll(t, f, tampering{
		"created":             input("created=1", "created=2"),
		"created as text":     input("created=1795356540", `created="1795356540"`),
		"no created":          input(";created=1795356540", ""),
		"nonce":               input(`nonce="A`, `nonce="B`),
		"short nonce":         input(`nonce="AQ`, `nonce="`),
		"no nonce":            input(`;nonce="AQIDAAAAAAAAAAAAAAAAAA"`, ""),
		"keyid":               input(`;keyid="`, `;keyid="A`),
		"no keyid":            input(`;keyid="`+f.signer.KeyID()+`"`, ""),
		"algorithm":           input("ecdsa-p256-sha256", "hmac-sha256"),
		"no algorithm":        input(`;alg="ecdsa-p256-sha256"`, ""),
		"tag":                 input("holdfast-v1", "holdfast-v2"),
		"no tag":              input(`;tag="holdfast-v1"`, ""),
		"expires added":       input(";tag=", ";expires=1;tag="),
		"parameter twice":     input(";tag=", `;created=1;tag=`),
		"parameter order":     input(`;alg="ecdsa-p256-sha256";tag="holdfast-v1"`, `;tag="holdfast-v1";alg="ecdsa-p256-sha256"`),
		"component dropped":   input(` "idempotency-key"`, ""),
		"body left out":       input(` "content-type" "content-digest" "idempotency-key"`, ""),
		"component added":     input(`"idempotency-key"`, `"idempotency-key" "date"`),
		"component order":     input(`"@method" "@authority"`, `"@authority" "@method"`),
		"component with flag": input(`"content-type"`, `"content-type";bs`),
		"from the request":    input(`"@method"`, `"@method";req`),
		"another label":       input("hf=", "sig1="),
		"two labels":          input("hf=", `sig1=("@method");created=1, hf=`),
		"label twice":         input("hf=", `hf=("@method");created=1, hf=`),
		"spaces":              input("hf=(", "hf=( "),
	})
}

const tamperBody = `{"code":"4HTM3XR9W"}`

func TestTamperBody(t *testing.T) {
	f := newFixture(t)
	r := f.signed(t, "POST", "/x", tamperBody)
	for _, body := range []string{"", " ", tamperBody + " ", strings.ToLower(tamperBody)} {
		if _, err := f.verify(r, body, created); api.CodeOf(err) != api.CodeSignature {
			t.Errorf("body %q: %v", body, err)
		}
	}
	r = f.signed(t, "GET", "/x", "")
	if _, err := f.verify(r, "{}", created); api.CodeOf(err) != api.CodeSignature {
		t.Errorf("a body that was not signed: %v", err)
	}
}

// TestUncoveredFields: a request without a body covers four components, so the
// fields that it does not cover may not be there.
func TestUncoveredFields(t *testing.T) {
	f := newFixture(t)
	for _, h := range []string{HeaderDigest, HeaderIdempotency, "Content-Type"} {
		r := f.signed(t, "GET", "/x", "")
		r.Header.Set(h, "x")
		if _, err := f.verify(r, "", created); api.CodeOf(err) != api.CodeSignature {
			t.Errorf("%s: %v", h, err)
		}
	}
}

func TestOtherAuthority(t *testing.T) {
	f := newFixture(t)
	r := f.signed(t, "GET", "/x", "")
	r.Host = "evil.example" // not what is compared
	r.Header.Set("X-Forwarded-Host", authority)
	r.Header.Set("Forwarded", "host="+authority)
	if _, err := Verify(r, nil, "keys.example.org", created, f.key); api.CodeOf(err) != api.CodeSignature {
		t.Errorf("another origin: %v", err)
	}
	if _, err := f.verify(r, "", created); err != nil {
		t.Errorf("the configured origin counts, not the Host header: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(`hf=("@method" "@authority" "@path" "@query");created=1;nonce="AQ";keyid="a"`, "hf=:AAAA:")
	f.Fuzz(func(t *testing.T, input, signature string) {
		fx := newFixture(t)
		r := fx.signed(t, "GET", "/x", "")
		r.Header.Set(HeaderInput, input)
		r.Header.Set(HeaderSignature, signature)
		if _, err := fx.verify(r, "", created); err == nil {
			t.Errorf("accepted %q %q", input, signature)
		}
	})
}
