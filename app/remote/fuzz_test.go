package remote

import (
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// FuzzProblem: whatever a server answers is an error with a code.
func FuzzProblem(f *testing.F) {
	f.Add([]byte(`{"code":"code_wrong","tries_left":3,"retry_at":"2026-11-22T14:09:00Z"}`))
	f.Add([]byte(`{"code":"","challenge":null}`))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := problem(body); api.CodeOf(err) == "" || err.Error() == "" {
			t.Fatalf("no error from %q", body)
		}
	})
}
