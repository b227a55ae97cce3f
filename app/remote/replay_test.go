package remote

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// TestAKeptConnectionThatBreaksRepeatsNoSignature: the server takes a request on
// a connection that served one before, and dies without an answer. Because of
// the idempotency key net/http would send the very same bytes again by itself,
// and the server would take that for a replay.
func TestAKeptConnectionThatBreaksRepeatsNoSignature(t *testing.T) {
	dies := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	ok := answer(200, "application/json", active)
	srv, s := server(t, ok, dies, ok)
	c, key := client(t, srv.URL), deviceKey(t)
	for i := range 2 {
		if _, err := c.CheckIn(context.Background(), key, "d1", api.CheckInRequest{}, fmt.Sprint("key", i)); err != nil {
			t.Fatal(err)
		}
	}
	inputs, keys := map[string]bool{}, map[string]bool{}
	for _, r := range s.requests {
		inputs[r.Header.Get(sign.HeaderInput)] = true
		keys[r.Header.Get(sign.HeaderIdempotency)] = true
	}
	if len(s.requests) != 3 || len(inputs) != 3 || len(keys) != 2 {
		t.Errorf("%d requests with %d signatures under %d idempotency keys", len(s.requests), len(inputs), len(keys))
	}
}
