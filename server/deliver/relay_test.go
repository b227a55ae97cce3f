package deliver

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// TestSomebodyElsesServer sends every kind in every language to a mail server
// written by others, over STARTTLS, and reads it from the maildir.
func TestSomebodyElsesServer(t *testing.T) {
	relay := delivertest.StartRelay(t)
	s := newSMTP(t, SMTPOptions{URL: relay.URL, CAs: relay.CAs, RequireTLS: true})
	sent := map[string]Letter{}
	for _, kind := range server.MessageKinds() {
		for _, lang := range text.Languages {
			m := full(kind, lang)
			m.MessageID = kind + "." + lang + "@keys.example.org"
			l, err := Write(m, theSender, start)
			if err != nil {
				t.Fatal(err)
			}
			if out := s.Send(t.Context(), l); out.State != api.DeliveryHandedOver || !strings.HasPrefix(out.Detail, "250 ") {
				t.Fatalf("%s %s: %+v", kind, lang, out)
			}
			sent[m.MessageID] = l
		}
	}
	mails := relay.Wait(len(sent), 10*time.Second)
	if len(mails) != len(sent) {
		t.Fatalf("%d mails of %d", len(mails), len(sent))
	}
	for _, m := range mails {
		l := sent[m.MessageID]
		if m.Text != l.Text || m.HTML != l.HTML || m.Subject != l.Subject || m.Code != l.Code {
			t.Errorf("%s arrived as\n%q\n%q\n%s", m.MessageID, m.Subject, m.Text, m.HTML)
		}
		if m.To != l.To || m.From != theSender || m.Header.Get("Content-Language") != l.Language {
			t.Errorf("%s: to %s from %s, %v", m.MessageID, m.To, m.From, m.Header)
		}
	}
}

// TestCodeReadFromTheMaildir is the way of a code: queued, written, handed
// over, read.
func TestCodeReadFromTheMaildir(t *testing.T) {
	relay := delivertest.StartRelay(t)
	b := newBench()
	b.queue.add(full(server.MessageRegister, "vi"))
	w, err := NewWorker(Config{
		Queue: b.queue, Sender: newSMTP(t, SMTPOptions{URL: relay.URL, CAs: relay.CAs}), Now: b.clock.Now, Name: "one",
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, w)
	if m := relay.Wait(1, 10*time.Second)[0]; m.Code != "4HT-M3X-R9W" || m.To != "kim.nguyen@example.org" {
		t.Errorf("%+v", m)
	}
	eventually(t, "handed over", func() bool { return b.queue.row(1).state == api.DeliveryHandedOver })
}

// TestAStrangersCertificate: another authority, no mail, not even in the clear.
func TestAStrangersCertificate(t *testing.T) {
	relay := delivertest.StartRelay(t)
	s := newSMTP(t, SMTPOptions{URL: relay.URL, CAs: delivertest.NewAuthority(t).Pool, RequireTLS: true})
	out := s.Send(t.Context(), letter(t))
	if out.State != api.DeliveryPutOff || out.Detail != "the mail server's certificate is not trusted" || len(relay.Mails()) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestHeadersOfTheMail(t *testing.T) {
	relay := delivertest.StartRelay(t)
	s := newSMTP(t, SMTPOptions{URL: relay.URL}) // on loopback a certificate of its own will do
	l := letter(t)
	l.MessageID = ""
	if out := s.Send(t.Context(), l); out.State != api.DeliveryHandedOver {
		t.Fatalf("%+v", out)
	}
	m := relay.Wait(1, 10*time.Second)[0]
	var names []string
	for name := range m.Header {
		if !strings.HasPrefix(name, "X-Peer") && !strings.HasPrefix(name, "X-Mailfrom") && !strings.HasPrefix(name, "X-Rcptto") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	want := []string{
		"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To",
		"X-Auto-Response-Suppress",
	}
	if !slices.Equal(names, want) {
		t.Errorf("headers %v", names)
	}
	if got := m.Header.Get("From"); got != `"Holdfast" <`+theSender+`>` {
		t.Errorf("from %s", got)
	}
	if !strings.HasSuffix(m.MessageID, "@keys.example.org") || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v", m.Header)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(start) {
		t.Errorf("date %v %v", at, err)
	}
}
