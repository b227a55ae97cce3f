package httpapi

import (
	"errors"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
)

// TestIdempotencyKeys compares the check with how the keys are described.
func TestIdempotencyKeys(t *testing.T) {
	described := regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	texts := []string{"", strings.Repeat("a", 64), strings.Repeat("a", 65), "a\n", "\na", "ключ", "a b", "0c7e-1A_z"}
	for c := range 256 {
		texts = append(texts, string([]byte{byte(c)}), "a"+string([]byte{byte(c)})+"9")
	}
	for _, s := range texts {
		if idempotencyKey(s) != described.MatchString(s) {
			t.Errorf("%q", s)
		}
	}
}

// TestReadWhole: what a header announces neither adds to a body nor cuts it, and takes
// little memory alone.
func TestReadWhole(t *testing.T) {
	for _, length := range []int{0, 1, 511, 512, 513, firstRoom, firstRoom + 5000} {
		text := strings.Repeat("x", length)
		for _, announced := range []int64{-1, 0, 1, int64(length), 1 << 62} {
			got, err := readWhole(iotest.HalfReader(strings.NewReader(text)), announced)
			if err != nil || string(got) != text {
				t.Errorf("%d bytes of %d: %v", len(got), length, err)
			}
		}
	}
	got, err := readWhole(strings.NewReader("x"), 1<<62)
	if err != nil || cap(got) > 2*firstRoom {
		t.Errorf("room for %d bytes: %v", cap(got), err)
	}
	failed := errors.New("the line is cut")
	if _, err := readWhole(io.MultiReader(strings.NewReader("x"), iotest.ErrReader(failed)), 9); !errors.Is(err, failed) {
		t.Error(err)
	}
}

// TestHeaderFieldsAreEachRepliesOwn: what one reply changes in its header is not in the next.
func TestHeaderFieldsAreEachRepliesOwn(t *testing.T) {
	r := newRig(t)
	cached, _ := r.do(httptest.NewRequest("GET", "/openapi.json", nil))
	plain, _ := r.do(httptest.NewRequest("GET", "/healthz", nil))
	if cached.Header.Get("Cache-Control") == "no-store" || plain.Header.Get("Cache-Control") != "no-store" ||
		len(plain.Header.Values("Cache-Control")) != 1 || plain.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%v\n%v", cached.Header, plain.Header)
	}
}
