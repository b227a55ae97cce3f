package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/app/files"
)

// TestCredentialManager keeps secrets in Credential Manager and removes them.
func TestCredentialManager(t *testing.T) {
	ctx := context.Background()
	open := func(profile string) Store {
		s, err := Open(Options{Profile: fmt.Sprintf("%s-%d-%d", profile, os.Getpid(), time.Now().UnixNano()), Disk: files.OS(), Deadline: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s, other := open("test"), open("other")
	if s.Kind() != KindCredentialManager {
		t.Fatalf("the store is %s", s.Kind())
	}
	if _, err := s.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Fatalf("before anything was kept: %v", err)
	}
	for _, v := range [][]byte{bytes.Repeat([]byte{0, 0xff, '\n'}, 11), bytes.Repeat([]byte{7}, MaxValue), {1}} {
		if err := SetVerified(ctx, s, Ring, v); err != nil {
			t.Fatalf("%d bytes: %v", len(v), err)
		}
	}
	if _, err := other.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Errorf("another profile sees it: %v", err)
	}
	for range 2 {
		if err := s.Delete(ctx, Ring); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := s.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Errorf("after it was removed: %v", err)
	}
}
