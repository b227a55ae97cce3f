package mailcases

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/internal/daemon"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

func (s *suite) office(t *testing.T, settings daemon.SMTP) *diary {
	t.Helper()
	return &diary{office: open(t, settings), suite: s}
}

func taken(t *testing.T, s *suite) []seen {
	d := s.office(t, smtpOf(s.relay))
	d.look("at once", api.DeliveryHandedOver)
	d.works(d.mail(), string(app.Activated))
	return d.rows
}

func greylisted(t *testing.T, s *suite) []seen {
	r := delivertest.StartRelayWith(t, delivertest.Manners{Class: "Greylist"})
	d := s.office(t, smtpOf(r))
	d.look("at once", api.DeliveryPutOff)
	d.nextTry()
	d.look("after the next try", api.DeliveryHandedOver)
	d.works(r.Wait(1, 10*time.Second)[0], string(app.Activated))
	return d.rows
}

func refusedFor(t *testing.T, s *suite) []seen {
	d := s.office(t, smtpOf(delivertest.StartRelayWith(t, delivertest.Manners{Class: "Refuse"})))
	d.look("at once", api.DeliveryRefused)
	return d.rows
}

func blackHoled(t *testing.T, s *suite) []seen {
	d := s.office(t, daemon.SMTP{URL: blackHole(t), Timeout: daemon.Duration(time.Second)})
	d.look("when the time for an attempt is over", api.DeliveryPutOff)
	return d.rows
}

// dying: the relay kept the text and never said so, so the message goes out once
// more: the one way in which a message arrives twice.
func dying(t *testing.T, s *suite) []seen {
	r := delivertest.StartRelayWith(t, delivertest.Manners{Class: "DieAfterData"})
	d := s.office(t, smtpOf(r))
	d.look("at once", api.DeliveryPutOff)
	r.Ended(10 * time.Second)
	r = delivertest.StartRelayWith(t, delivertest.Manners{Again: r})
	d.nextTry()
	d.look("after the relay was started again", api.DeliveryHandedOver)
	mails := r.Wait(2, 10*time.Second)
	if len(mails) != 2 || mails[0].MessageID != mails[1].MessageID || mails[0].Code != mails[1].Code {
		t.Errorf("%d mails", len(mails))
	}
	d.works(mails[0], string(app.Activated))
	return d.rows
}

func noTLS(t *testing.T, s *suite) []seen {
	r := delivertest.StartRelayWith(t, delivertest.Manners{Plain: true})
	d := s.office(t, daemon.SMTP{URL: r.URL, RequireTLS: true})
	d.look("at once", api.DeliveryPutOff)
	if n := len(r.Mails()); n != 0 {
		t.Errorf("%d mails in the clear", n)
	}
	return d.rows
}

func stranger(t *testing.T, s *suite) []seen {
	d := s.office(t, daemon.SMTP{URL: s.relay.URL, CAFile: delivertest.NewAuthority(t).CertFile})
	d.look("at once", api.DeliveryPutOff)
	return d.rows
}

func firstDown(t *testing.T, s *suite) []seen { return behind(t, s, daemon.SMTP{URL: nobody(t)}) }

func firstSilent(t *testing.T, s *suite) []seen {
	return behind(t, s, daemon.SMTP{URL: blackHole(t), Timeout: daemon.Duration(2 * time.Second)})
}

func firstHostile(t *testing.T, s *suite) []seen {
	return behind(t, s, smtpOf(delivertest.StartRelayWith(t, delivertest.Manners{Class: "Refusal"})))
}

// behind puts the relay that works behind another one.
func behind(t *testing.T, s *suite, first daemon.SMTP) []seen {
	first.Others = []daemon.Relay{{URL: s.relay.URL, CAFile: s.relay.CAFile}}
	d := s.office(t, first)
	d.look("at once", api.DeliveryHandedOver)
	d.works(d.mail(), string(app.Activated))
	return d.rows
}

func noShopping(t *testing.T, s *suite) []seen {
	first := smtpOf(delivertest.StartRelayWith(t, delivertest.Manners{Class: "Refuse"}))
	first.Others = []daemon.Relay{{URL: s.relay.URL, CAFile: s.relay.CAFile}}
	before := len(s.relay.Mails())
	d := s.office(t, first)
	d.look("at once", api.DeliveryRefused)
	if n := len(s.relay.Mails()) - before; n != 0 {
		t.Errorf("the second relay was given %d mails", n)
	}
	return d.rows
}

func bounced(t *testing.T, s *suite) []seen {
	folder := filepath.Join(t.TempDir(), "bounces")
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r := delivertest.StartRelayWith(t, delivertest.Manners{Class: "Bounce", Bounces: folder})
	settings := smtpOf(r)
	settings.BounceTo = "bounces@keys.example.org"
	settings.Returns = daemon.Returns{Maildir: folder, Every: daemon.Duration(time.Second)}
	d := s.office(t, settings)
	r.Wait(1, 10*time.Second)
	d.look("when the returned mail was read", api.DeliveryBounced)
	if to := r.Mails()[0].Header.Get("X-MailFrom"); to != settings.BounceTo {
		t.Errorf("returned to %s", to)
	}
	return d.rows
}

func reportedBack(t *testing.T, s *suite) []seen {
	return reported(t, s, "message.failed", "552 5.2.2 mailbox full", api.DeliveryBounced)
}

func reportedHere(t *testing.T, s *suite) []seen {
	return reported(t, s, "message.delivered", "", api.DeliveryDelivered)
}

// reported lets the provider behind the relay tell what became of a mail. Somebody
// who knows no more than the Message-ID is not believed.
func reported(t *testing.T, s *suite, kind, detail, state string) []seen {
	settings := smtpOf(s.relay)
	settings.Reports = []daemon.MailReporter{{Name: "post", SecretFile: secret(t, hookSecret)}}
	d := s.office(t, settings)
	d.look("at once", api.DeliveryHandedOver)
	m := d.mail()
	peer := delivertest.StartNode(t, "hook", map[string]any{"secret": hookSecret, "clock": d.clock.Now().UnixMilli()})
	order := map[string]any{
		"url": d.pc.Server.URL + "/v1/reports/post", "type": kind, "id": m.MessageID, "detail": detail,
		"more": map[string]any{"to": m.To, "mark": m.Header.Get("X-Holdfast-Return")}, "forged": []string{"message", "massage"},
	}
	peer.Tell("report", order)
	if a := peer.Next("report-answered"); a["status"] != 403.0 {
		t.Errorf("a forged report: %v", a["status"])
	}
	d.note("after a forged report, which got 403", d.reaches(api.DeliveryHandedOver))
	delete(order, "forged")
	peer.Tell("report", order)
	if a := peer.Next("report-answered"); a["status"] != 204.0 {
		t.Errorf("the report: %v", a["status"])
	}
	d.look("after the provider's report", state)
	if state == api.DeliveryDelivered {
		d.works(m, string(app.Activated))
	}
	return d.rows
}

func late(t *testing.T, s *suite) []seen { return after(t, s, 40*time.Minute, string(app.Activated)) }

func tooLate(t *testing.T, s *suite) []seen { return after(t, s, 61*time.Minute, api.CodeExpired) }

// after lets a message lie somewhere between the relay and the person.
func after(t *testing.T, s *suite, onTheWay time.Duration, want string) []seen {
	d := s.office(t, smtpOf(s.relay))
	d.look("at once", api.DeliveryHandedOver)
	m := d.mail()
	d.clock.Pass(onTheWay)
	st, err := d.pc.Client().Refresh(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	d.note(fmt.Sprintf("%d minutes later", int(onTheWay/time.Minute)), st)
	d.works(m, want)
	return d.rows
}
