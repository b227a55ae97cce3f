package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestNobodySilencesTheNoticesThatMatter: whoever knows the password causes as many
// text messages as there may be, and does afterwards what the owner must hear of.
func TestNobodySilencesTheNoticesThatMatter(t *testing.T) {
	each(t, func(l *lab) {
		owner := l.withPhone("kim@example.org", phoneVN)
		var codes []string
		for range 3 {
			thief := l.box()
			l.must(thief.enrol("kim@example.org", password))
			var err error
			if thief.challenge.Channel != api.ChannelEmail { // the third goes there by itself
				_, err = thief.again(api.ChannelEmail)
			}
			l.must(err)
			codes = append(codes, l.code())
			l.clock.pass(3 * time.Minute)
			if len(codes) == 3 { // with the mailbox, too
				_, _, err = thief.answer(codes[2])
				l.must(err)
			}
		}
		told := sent(l.mail)
		if n := strings.Count(told, "sms notice.code-sent"); n != 3 {
			l.Fatalf("%d notices of codes: %s", n, told)
		}
		l.deliver()
		if told = sent(l.mail); !strings.Contains(told, "sms notice.activated") || !strings.Contains(told, "email notice.activated") {
			l.Errorf("a computer joined: %s", told)
		}
		owner.enrolPhone(phoneDE)
		_, err := owner.removePhone()
		l.must(err)
		if told = sent(l.deliver()); strings.Count(told, "sms notice.phone-gone") < 1 || !strings.Contains(told, "email notice.phone-gone") {
			l.Errorf("the phones are gone: %s", told)
		}
		l.clock.pass(2 * time.Hour)
		owner.enrolPhone(phoneVN)
		l.clock.pass(25 * time.Hour)
		owner.choose(api.ChannelSMS)
		if told = sent(l.deliver()); !strings.Contains(told, "sms notice.channel") || !strings.Contains(told, "email notice.channel") {
			l.Errorf("codes go elsewhere: %s", told)
		}
	})
}
