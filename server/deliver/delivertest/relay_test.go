package delivertest

import (
	"net/smtp"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// say hands a plain mail over and gives what the relay said against it.
func say(r *Relay) string {
	err := smtp.SendMail(r.address, nil, "me@relay.test", []string{"kim@example.org"}, []byte("From: me@relay.test\r\nTo: kim@example.org\r\nMessage-ID: <a@b>\r\nSubject: x\r\n\r\nsecret body\r\n"))
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), `"`, "")
}

// TestManners: each relay says what its class promises.
func TestManners(t *testing.T) {
	for class, want := range map[string]string{
		"Refuse": "550 5.1.1 ", "Refusal": "554 5.7.1 ", "Overloaded": "452 4.3.1 ", "Greylist": "451 4.7.1 ",
	} {
		r := StartRelayWith(t, Manners{Class: class, Plain: true})
		if got := say(r); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", class, got)
		}
		if class == "Greylist" {
			if got := say(r); got != "" {
				t.Errorf("greylisted again: %s", got)
			}
		}
	}
}

func TestARelayThatDiesIsReplaced(t *testing.T) {
	r := StartRelayWith(t, Manners{Class: "DieAfterData", Plain: true})
	if got := say(r); got == "" {
		t.Error("it said yes")
	}
	r.Ended(10 * time.Second)
	r = StartRelayWith(t, Manners{Again: r, Plain: true})
	if got := say(r); got != "" {
		t.Error(got)
	}
	if files, _ := filepath.Glob(filepath.Join(r.Dir, "new", "*")); len(files) != 2 {
		t.Errorf("%d mails", len(files))
	}
}

func TestABounceComesBack(t *testing.T) {
	bounces := filepath.Join(t.TempDir(), "bounces")
	if got := say(StartRelayWith(t, Manners{Class: "Bounce", Plain: true, Bounces: bounces})); got != "" {
		t.Error(got)
	}
	if files, _ := filepath.Glob(filepath.Join(bounces, "new", "*")); len(files) != 1 {
		t.Errorf("%d reports", len(files))
	}
}
