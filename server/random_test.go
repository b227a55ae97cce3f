package server

import (
	"crypto/rand"
	"testing"
	"time"
)

// TestMessageIDsOfManyProcesses: a thousand services that start in the same
// millisecond do not meet, and each counts upwards.
func TestMessageIDsOfManyProcesses(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	seen := map[int64]bool{}
	same := 0
	for range 1000 {
		s := &Service{now: func() time.Time { return now }, rand: rand.Reader}
		first, second := s.newMessageID(), s.newMessageID()
		if first <= 0 || second <= first {
			t.Fatalf("%d, then %d", first, second)
		}
		if seen[first] {
			same++
		}
		seen[first] = true
	}
	// Of 1,000 among four million, one pair in ten runs.
	if same > 3 {
		t.Errorf("%d of 1,000 first ids were taken", same)
	}
	s := &Service{now: func() time.Time { return now.Add(-time.Hour) }, rand: rand.Reader}
	before := s.newMessageID()
	s.now = func() time.Time { return now }
	if after := s.newMessageID(); after <= before {
		t.Error("an hour later is not higher")
	}
}
