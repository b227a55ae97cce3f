package deliver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Header fields of a signed webhook, as the Standard Webhooks specification names
// them: libraries that check it exist for most languages.
const (
	HookID        = "webhook-id"
	HookTimestamp = "webhook-timestamp"
	HookSignature = "webhook-signature"
)

// hookWindow is how far the clock of a signed request may be from ours: older
// ones could be replays.
const hookWindow = 5 * time.Minute

// hookSecretLeast is how many bytes a secret has at least (Standard Webhooks asks
// for 24 to 64).
const hookSecretLeast, hookSecretMost = 24, 64

// ErrForged says that a request's signature does not fit, or is too old.
var ErrForged = errors.New("deliver: the signature is not right")

// HookSecrets reads the secrets of a webhook from a file, anew each time: one
// line each, whsec_ and base64. The first signs; all are accepted, so that a
// secret can be changed without a gap. A file without a usable one is an error.
func HookSecrets(path string) func() ([][]byte, error) {
	return func() ([][]byte, error) {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var list [][]byte
		for _, line := range strings.Fields(string(raw)) {
			secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "whsec_"))
			if err != nil || len(secret) < hookSecretLeast || len(secret) > hookSecretMost {
				return nil, fmt.Errorf("deliver: each line of the webhook's secret file must be whsec_ and base64 of %d to %d bytes", hookSecretLeast, hookSecretMost)
			}
			list = append(list, secret)
		}
		if len(list) == 0 {
			return nil, errors.New("deliver: the webhook's secret file is empty")
		}
		return list, nil
	}
}

// SignHook sets the header fields that prove who sent a body and when. The id
// names what is sent: the same in every attempt, without a dot.
func SignHook(h http.Header, secret []byte, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(HookID, id)
	h.Set(HookTimestamp, stamp)
	h.Set(HookSignature, "v1,"+base64.StdEncoding.EncodeToString(hookMAC(secret, id, stamp, body)))
}

// CheckHook says whether a body was signed with one of the secrets at most five
// minutes ago (or ahead); else it gives ErrForged.
func CheckHook(h http.Header, secrets [][]byte, now time.Time, body []byte) error {
	id, stamp := h.Get(HookID), h.Get(HookTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || len(h.Values(HookSignature)) != 1 {
		return ErrForged
	}
	if age := now.Unix() - seconds; age > int64(hookWindow/time.Second) || age < -int64(hookWindow/time.Second) {
		return ErrForged
	}
	for _, field := range strings.Fields(h.Get(HookSignature)) {
		version, value, _ := strings.Cut(field, ",")
		sent, err := base64.StdEncoding.DecodeString(value)
		if version != "v1" || err != nil {
			continue
		}
		for _, secret := range secrets {
			if hmac.Equal(sent, hookMAC(secret, id, stamp, body)) {
				return nil
			}
		}
	}
	return ErrForged
}

// hookMAC is HMAC-SHA-256 over "id.timestamp.body".
func hookMAC(secret []byte, id, stamp string, body []byte) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(id + "." + stamp + "."))
	m.Write(body)
	return m.Sum(nil)
}
