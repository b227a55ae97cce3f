package deliver

import (
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// theSecret is a webhook's secret of 32 bytes.
var theSecret = []byte("0123456789abcdef0123456789abcdef")

func TestHookIsForgedWhen(t *testing.T) {
	body := []byte(`{"type":"message.delivered"}`)
	other := []byte("another secret, of 32 bytes, too")
	for name, c := range map[string]struct {
		change  func(h http.Header)
		body    string
		age     time.Duration
		secrets [][]byte
		fine    bool
	}{
		"as signed":            {fine: true},
		"five minutes old":     {age: 5 * time.Minute, fine: true},
		"older":                {age: 5*time.Minute + time.Second},
		"from the future":      {age: -6 * time.Minute},
		"another body":         {body: `{"type":"message.failed"}`},
		"another secret":       {secrets: [][]byte{other}},
		"secret being changed": {secrets: [][]byte{other, theSecret}, fine: true},
		"another id":           {change: func(h http.Header) { h.Set(HookID, "other") }},
		"no id":                {change: func(h http.Header) { h.Del(HookID) }},
		"no time":              {change: func(h http.Header) { h.Del(HookTimestamp) }},
		"time moved":           {change: func(h http.Header) { h.Set(HookTimestamp, "1795356541") }},
		"no signature":         {change: func(h http.Header) { h.Del(HookSignature) }},
		"two fields":           {change: func(h http.Header) { h.Add(HookSignature, h.Get(HookSignature)) }},
		"another version":      {change: func(h http.Header) { h.Set(HookSignature, strings.Replace(h.Get(HookSignature), "v1,", "v2,", 1)) }},
		"one of several": {change: func(h http.Header) {
			h.Set(HookSignature, "v1,AAAA v1a,BBBB "+h.Get(HookSignature))
		}, fine: true},
	} {
		h := http.Header{}
		SignHook(h, theSecret, "one@example.org", start, body)
		if c.change != nil {
			c.change(h)
		}
		got, secrets := body, [][]byte{theSecret}
		if c.body != "" {
			got = []byte(c.body)
		}
		if c.secrets != nil {
			secrets = c.secrets
		}
		if err := CheckHook(h, secrets, start.Add(c.age), got); (err == nil) != c.fine || err != nil && !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHookSecretsFile(t *testing.T) {
	good := "whsec_" + base64.StdEncoding.EncodeToString(theSecret)
	for content, want := range map[string]int{
		good: 1, good + "\n": 1, good + "\n" + good + "\n": 2, "": 0, "\n": 0, "short": 0, "whsec_c2hvcnQ=": 0, good + "\nwhsec_!": 0,
	} {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := HookSecrets(path)()
		if len(list) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d secrets, %v", content, len(list), err)
		}
		if err != nil && len(content) > 1 && strings.Contains(err.Error(), strings.TrimSpace(content)) {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	if _, err := HookSecrets(filepath.Join(t.TempDir(), "none"))(); err == nil {
		t.Error("a missing file gives no error")
	}
}
