package server

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default, which every authenticator app knows
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
)

// One-time codes by time (RFC 6238): SHA-1, six digits, steps of 30 seconds. A
// code of the step before and after the present one is taken too, each once.
const (
	totpBytes = 20
	totpStep  = 30
	totpSlack = 1
)

// totpCode is the code of a step (RFC 4226, section 5.3).
func totpCode(secret []byte, step int64) string {
	m := hmac.New(sha1.New, secret)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(step))) //nolint:gosec // after 1970
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

// checkTOTP gives the step of a right code that is later than the last one used;
// false for any other code.
func checkTOTP(secret []byte, typed string, now, last int64) (int64, bool) {
	typed = strings.ReplaceAll(typed, " ", "")
	found, ok := int64(0), false
	for step := now/totpStep - totpSlack; step <= now/totpStep+totpSlack; step++ {
		same := subtle.ConstantTimeCompare([]byte(totpCode(secret, step)), []byte(typed)) == 1
		if same && step > last {
			found, ok = step, true
		}
	}
	return found, ok
}

func totpText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// totpURI is what an authenticator app reads from a picture.
func totpURI(host, name string, secret []byte) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Holdfast " + host + ":" + name}
	u.RawQuery = url.Values{"secret": {totpText(secret)}, "issuer": {"Holdfast " + host}}.Encode()
	u.RawQuery = strings.ReplaceAll(u.RawQuery, "+", "%20")
	return u.String()
}
