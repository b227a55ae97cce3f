package deliver

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// returnQueue takes returned mail in where the mark is ours.
type returnQueue struct {
	mu   sync.Mutex
	got  map[string]string
	fail error
}

func (q *returnQueue) MessageReturned(_ context.Context, id, mark, detail string) (bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail != nil {
		return false, q.fail
	}
	if mark != ourMark {
		return false, nil
	}
	if q.got == nil {
		q.got = map[string]string{}
	}
	q.got[id] = detail
	return true, nil
}

// inbox is a maildir with a report of ours, a late one, a forged one and a letter.
func inbox(t *testing.T, dir string) {
	t.Helper()
	for name, raw := range map[string]string{
		"1": dsn(failed, "message/rfc822", ourHeaders+"\nbody\n"),
		"2": dsn("Action: delayed\nStatus: 4.4.1\n", "text/rfc822-headers", ourHeaders),
		"3": dsn(failed, "text/rfc822-headers", strings.Replace(ourHeaders, ourMark, strings.Repeat("0", 32), 1)),
		"4": "From: kim@example.org\nSubject: hello\n\nthank you\n",
		"5": dsn(failed, "message/rfc822", ourHeaders+"\n"+strings.Repeat("a long body\n", 60000)),
	} {
		put(t, dir, name, raw)
	}
}

func put(t *testing.T, dir, name, raw string) {
	t.Helper()
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "new", name), []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

var wantCounts = ReturnCounts{Bounced: 2, Late: 1, Strange: 2}

func TestReturnedMailInAMaildir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	inbox(t, dir)
	if err := (Maildir{Dir: dir}).Check(); err != nil {
		t.Error(err)
	}
	if (Maildir{Dir: filepath.Join(dir, "none")}).Check() == nil {
		t.Error("a folder that is not there")
	}
	q := &returnQueue{fail: errors.New("the database is away")}
	var log bytes.Buffer
	r, err := NewReturns(ReturnsConfig{Mailbox: Maildir{Dir: dir}, Queue: q, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(t.Context()); !errors.Is(err, q.fail) || r.Counts().Failures != 1 {
		t.Errorf("%v %+v", err, r.Counts())
	}
	q.fail = nil
	if err := r.Read(t.Context()); err != nil { // what could not be stored is still there
		t.Fatal(err)
	}
	want := wantCounts
	want.Failures = 1
	if r.Counts() != want || q.got[ourID] != "5.1.1" {
		t.Errorf("%+v %v", r.Counts(), q.got)
	}
	if err := r.Read(t.Context()); err != nil || r.Counts() != want {
		t.Errorf("read twice: %v %+v", err, r.Counts())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "cur", "*:2,S")); len(left) != 5 {
		t.Errorf("put away: %v", left)
	}
	for _, bad := range []string{"kim", "4HT", ourMark, "thank you"} {
		if strings.Contains(log.String(), bad) {
			t.Errorf("%s in the log:\n%s", bad, log.String())
		}
	}
}

// TestReturnedMailOnAMailServer reads from Dovecot, with TLS from the first byte
// and with STARTTLS.
func TestReturnedMailOnAMailServer(t *testing.T) {
	box := delivertest.StartMailbox(t)
	for n, url := range []string{box.URL, box.Plain} {
		for i, raw := range []string{
			dsn(failed, "message/rfc822", ourHeaders+"\nbody\n"), "From: kim@example.org\nSubject: hello\n\nthank you\n",
			dsn(failed, "message/rfc822", ourHeaders+"\n"+strings.Repeat("a long body\n", 60000)),
		} {
			box.Put(strconv.Itoa(n)+strconv.Itoa(i)+".x", raw)
		}
		m, err := NewIMAP(IMAPOptions{URL: url + "/INBOX", Password: PasswordFile(box.PasswordFile), CAs: box.Authority.Pool})
		if err != nil {
			t.Fatal(err)
		}
		q := &returnQueue{}
		r, err := NewReturns(ReturnsConfig{Mailbox: m, Queue: q})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // what was read is marked as seen
			if err := r.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := r.Counts(); got != (ReturnCounts{Bounced: 2, Strange: 1}) || q.got[ourID] != "5.1.1" {
				t.Errorf("%s: %+v", url, got)
			}
		}
	}
	for name, opt := range map[string]IMAPOptions{
		"a stranger's certificate": {URL: box.URL, CAs: delivertest.NewAuthority(t).Pool, Password: PasswordFile(box.PasswordFile)},
		"a wrong password":         {URL: box.URL, CAs: box.Authority.Pool, Password: func() (string, error) { return "wrong", nil }},
		"no such mailbox":          {URL: box.URL + "/Nowhere", CAs: box.Authority.Pool, Password: PasswordFile(box.PasswordFile)},
		"nobody there":             {URL: "imaps://bounces@127.0.0.1:1", Password: PasswordFile(box.PasswordFile)},
	} {
		m, err := NewIMAP(opt)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewReturns(ReturnsConfig{Mailbox: m, Queue: &returnQueue{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Read(t.Context()); err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnusableMailboxes(t *testing.T) {
	password := func() (string, error) { return "x", nil }
	for _, url := range []string{
		"", "imaps://mail.example.org", "imaps://me:secret@mail.example.org", "http://me@mail.example.org",
		"imaps://me@mail.example.org:0", "imaps://me@mail.example.org:99999", "imaps://me@mail.example.org/?x", "imaps://me@",
	} {
		if _, err := NewIMAP(IMAPOptions{URL: url, Password: password}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := NewIMAP(IMAPOptions{URL: "imaps://me@mail.example.org"}); err == nil {
		t.Error("without a password")
	}
	if _, err := NewReturns(ReturnsConfig{}); err == nil {
		t.Error("nothing given")
	}
}

// TestABounceReachesTheWindow, with the real service: only with the mark that the
// mail itself carries.
func TestABounceReachesTheWindow(t *testing.T) {
	o := newOffice(t)
	p := startPeer(t, nil)
	o.deliver(newSMTP(t, SMTPOptions{URL: p.address}))
	ref := o.register().Reference
	eventually(t, "handed over", func() bool { return o.deliveries(ref)[0].State == api.DeliveryHandedOver })
	id := o.deliveries(ref)[0].MessageID
	if ours, err := o.svc.MessageReturned(t.Context(), id, ourMark, "forged"); ours || err != nil {
		t.Errorf("a mark of somebody's: %t %v", ours, err)
	}
	if s := o.deliveries(ref)[0].State; s != api.DeliveryHandedOver {
		t.Error(s)
	}
	dir := filepath.Join(t.TempDir(), "mail")
	put(t, dir, "1", dsn(failed+"Diagnostic-Code: smtp; 552 5.2.2 <kim.nguyen@example.org>: mailbox full\n", "message/rfc822", strings.ReplaceAll(p.got[0], "\r\n", "\n")))
	r, err := NewReturns(ReturnsConfig{Mailbox: Maildir{Dir: dir}, Queue: o.svc, Every: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	eventually(t, "bounced", func() bool { return o.deliveries(ref)[0].State == api.DeliveryBounced })
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if d := o.deliveries(ref)[0]; d.Detail != "552 5.2.2 <(hidden)>: mailbox full" {
		t.Errorf("%+v", d)
	}
}
