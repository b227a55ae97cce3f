package sign

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"

	"github.com/seed-1feef0b2/holdfast/api"
)

// test-key-ecc-p256 of RFC 9421, appendix B.1.3.
const rfcKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`

func rfcPublic(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	block, _ := pem.Decode([]byte(rfcKey))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*ecdsa.PublicKey)
}

// rfcParams writes the covered components and parameters with another's library.
func rfcParams(t *testing.T, names []string, created int64, keyid string) string {
	t.Helper()
	p := httpsfv.NewParams()
	p.Add("created", created)
	p.Add("keyid", keyid)
	return marshalled(t, names, p)
}

func marshalled(t *testing.T, names []string, p *httpsfv.Params) string {
	t.Helper()
	list := httpsfv.InnerList{Params: p}
	for _, n := range names {
		list.Items = append(list.Items, httpsfv.NewItem(n))
	}
	s, err := httpsfv.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRFC9421B23 builds the signature base of the full-coverage request.
func TestRFC9421B23(t *testing.T) {
	const digest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
	r := httptest.NewRequest("POST", "http://other.example/foo?param=Value&Pet=dog", nil)
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Digest", digest)
	r.Header.Set("Content-Length", "18")
	names := []string{
		"date", "@method", "@path", "@query", "@authority",
		"content-type", "content-digest", "content-length",
	}
	got, err := signatureBase(names, rfcParams(t, names, 1618884473, "test-key-rsa-pss"), requestValue(r, "example.com"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`"date": Tue, 20 Apr 2021 02:07:55 GMT`,
		`"@method": POST`,
		`"@path": /foo`,
		`"@query": ?param=Value&Pet=dog`,
		`"@authority": example.com`,
		`"content-type": application/json`,
		`"content-digest": ` + digest,
		`"content-length": 18`,
		`"@signature-params": ("date" "@method" "@path" "@query" "@authority" "content-type" ` +
			`"content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`,
	}, "\n")
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRFC9421B24 verifies the RFC's own ECDSA signature over a base that we build.
func TestRFC9421B24(t *testing.T) {
	values := map[string]string{
		"@status":        "200",
		"content-type":   "application/json",
		"content-digest": "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
		"content-length": "23",
	}
	names := []string{"@status", "content-type", "content-digest", "content-length"}
	base, err := signatureBase(names, rfcParams(t, names, 1618884473, "test-key-ecc-p256"), func(n string) (string, error) { return values[n], nil })
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(
		"wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==")
	if err != nil {
		t.Fatal(err)
	}
	if !VerifyMessage(rfcPublic(t), base, sig) {
		t.Fatalf("the RFC's signature does not verify over\n%s", base)
	}
	sig[3] ^= 1
	if VerifyMessage(rfcPublic(t), base, sig) {
		t.Error("a changed signature verifies")
	}
}

// TestRFC9421B26 checks our base against the RFC's Ed25519 signature, which is
// deterministic: it proves @method, @path and @authority byte by byte.
func TestRFC9421B26(t *testing.T) {
	r := httptest.NewRequest("POST", "http://example.com/foo?param=Value&Pet=dog", nil)
	r.Header.Set("Date", "Tue, 20 Apr 2021 02:07:55 GMT")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Length", "18")
	names := []string{"date", "@method", "@path", "@authority", "content-type", "content-length"}
	base, err := signatureBase(names, rfcParams(t, names, 1618884473, "test-key-ed25519"), requestValue(r, "example.com"))
	if err != nil {
		t.Fatal(err)
	}
	pub, _ := base64.StdEncoding.DecodeString("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
	sig, _ := base64.StdEncoding.DecodeString(
		"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
	if !ed25519.Verify(pub, base, sig) {
		t.Errorf("the RFC's signature does not verify over\n%s", base)
	}
}

// TestThumbprintVector is the key of RFC 9449, section 4.1, with the jkt of its section 6.1.
func TestThumbprintVector(t *testing.T) {
	k := api.Key{
		KeyType: "EC", Curve: "P-256",
		X: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
		Y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
	}
	got, err := Thumbprint(k)
	if err != nil || got != "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" {
		t.Errorf("got %q, %v", got, err)
	}
	pub, err := PublicKey(k)
	if err != nil || FromPublic(pub) != k {
		t.Errorf("the key does not survive reading and writing: %v, %v", FromPublic(pub), err)
	}
}

// TestRFC9530Digest is the digest of RFC 9530, appendix B.1's body.
func TestRFC9530Digest(t *testing.T) {
	if got := Digest([]byte(`{"hello": "world"}`)); got != "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:" {
		t.Errorf("got %s", got)
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	good := FromPublic(rfcPublic(t))
	for name, change := range map[string]func(*api.Key){
		"type":              func(k *api.Key) { k.KeyType = "OKP" },
		"curve":             func(k *api.Key) { k.Curve = "P-384" },
		"short coordinate":  func(k *api.Key) { k.X = k.X[4:] },
		"padded":            func(k *api.Key) { k.Y += "=" },
		"off the curve":     func(k *api.Key) { k.X, k.Y = k.Y, k.X },
		"loose last bits":   func(k *api.Key) { k.X = k.X[:42] + string(k.X[42]+1) },
		"empty":             func(k *api.Key) { *k = api.Key{} },
		"line break inside": func(k *api.Key) { k.X = k.X[:10] + "\n" + k.X[10:] },
	} {
		k := good
		change(&k)
		if _, err := PublicKey(k); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := Thumbprint(k); err == nil {
			t.Errorf("%s: has a thumbprint", name)
		}
	}
}

func TestAuthority(t *testing.T) {
	for in, want := range map[string]string{
		"https://Keys.Example.org":       "keys.example.org",
		"https://keys.example.org:443/":  "keys.example.org",
		"https://keys.example.org:80":    "keys.example.org:80",
		"http://127.0.0.1:7461":          "127.0.0.1:7461",
		"http://[::1]:80":                "[::1]",
		"ftp://keys.example.org":         "",
		"https://":                       "",
		"https://u@keys.example.org":     "",
		"https://keys.example.org/api":   "",
		"https://keys.example.org/?q":    "",
		"keys.example.org":               "",
		"https://keys.example.org#there": "",
	} {
		got, err := Authority(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: got %q, %v, want %q", in, got, err, want)
		}
	}
}
