package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// BenchmarkRequest is a check-in of 33 components through all of this package, between the
// HTTP library and the service; most of it is the curve's verification.
func BenchmarkRequest(b *testing.B) {
	r := newRig(b, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) })
	var err error
	if r.service.known, err = sign.PublicKey(r.service.key); err != nil {
		b.Fatal(err)
	}
	body := asJSON(b, checkInOf(33))
	req := r.request("POST", "/v1/devices/d1/check-ins", body)
	b.ReportAllocs()
	for b.Loop() {
		req.Body = io.NopCloser(strings.NewReader(body))
		w := httptest.NewRecorder()
		r.api.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
