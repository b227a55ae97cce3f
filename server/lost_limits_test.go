package server_test

import (
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestALostAddressUsesUpNobodysCodes: after the master key was lost anybody who has an
// account may name an address as theirs; that leaves its owner half of the codes.
func TestALostAddressUsesUpNobodysCodes(t *testing.T) {
	eachKeys(t, func(l *keysLab) {
		l.lose()
		l.givesAddress(l.boxes[0])
		l.clock.pass(25 * time.Hour)
		for i := range 8 {
			r := api.EmailRequest{Email: "kim0@example.org", Password: password}
			if i%2 == 1 {
				r.Email = "eve@example.org"
			}
			_, err := l.svc.RestoreEmail(ctx, l.boxes[1].caller("email", r), r)
			l.must(err)
		}
		l.deliver()
		for range 2 {
			r := api.TestRequest{Channel: api.ChannelEmail}
			_, err := l.svc.TestWay(ctx, l.boxes[0].caller("tests", r), r)
			l.must(err)
		}
	})
}
