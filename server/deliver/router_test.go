package deliver

import (
	"context"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestTheRouterTakesTheSenderOfTheChannelAndNoOther(t *testing.T) {
	mail, sms := &Outbox{}, &Outbox{}
	r := &Router{Email: mail, SMS: sms}
	for channel, want := range map[string]string{
		api.ChannelEmail: api.DeliveryHandedOver, api.ChannelSMS: api.DeliveryHandedOver, api.ChannelVoice: api.DeliveryRefused, "": api.DeliveryRefused,
	} {
		if out := r.Send(context.Background(), Letter{Channel: channel}); out.State != want {
			t.Errorf("%q: %+v", channel, out)
		}
	}
	if len(mail.Messages()) != 1 || len(sms.Messages()) != 1 || sms.Messages()[0].Channel != api.ChannelSMS || r.From() != "" {
		t.Error("a letter went elsewhere")
	}
}

func TestTheBrakeHoldsLongerEachTime(t *testing.T) {
	b, now := &brake{}, start
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		b.press(now, 0)
		b.press(now, 0) // pressing it while it holds changes nothing
		if now = now.Add(want*time.Second - 1); !b.held(now) {
			t.Errorf("released before %d s", want)
		}
		if now = now.Add(1); b.held(now) {
			t.Errorf("held after %d s", want)
		}
	}
	b.press(now, 3*time.Second)
	if b.held(now.Add(3*time.Second)) || !b.held(now.Add(2*time.Second)) {
		t.Error("the time that was asked for is not kept")
	}
	b.release()
	if b.held(now) {
		t.Error("held after a letter was taken")
	}
}

func TestProviderAddresses(t *testing.T) {
	for raw, fine := range map[string]bool{
		"https://api.example.org": true, "https://api.example.org/base": true, "http://127.0.0.1:1": true, "http://localhost": true, "http://api.example.org": false,
		"https://user:secret@api.example.org": false, "ftp://api.example.org": false, "": false, "https://": false, "https://a.example.org/#x": false,
	} {
		if _, err := phoneURL(raw); (err == nil) != fine {
			t.Errorf("%q: %v", raw, err)
		}
	}
	token := func() (string, error) { return "x", nil }
	good := TwilioOptions{Name: "a", URL: "https://api.example.org", Account: "AC1", Token: token, From: "+1", Origin: "https://k.example.org", Now: time.Now}
	for name, change := range map[string]func(*TwilioOptions){
		"": func(*TwilioOptions) {}, "name": func(o *TwilioOptions) { o.Name = "A/b" }, "account": func(o *TwilioOptions) { o.Account = "../x" },
		"from": func(o *TwilioOptions) { o.From = "" }, "token": func(o *TwilioOptions) { o.Token = PasswordFile("/does/not/exist") },
	} {
		o := good
		change(&o)
		if _, err := NewTwilio(o); (err == nil) != (name == "") {
			t.Errorf("twilio, %s: %v", name, err)
		}
	}
	for raw, fine := range map[string]bool{
		"smpps://u@smsc.example.org": true, "smpp://u@127.0.0.1:2775": true, "smpp://u@smsc.example.org": false, "smpps://smsc.example.org": false,
		"smpps://u:p@smsc.example.org": false, "http://u@smsc.example.org": false, "smpps://u@smsc.example.org/x": false, "smpps://a-much-too-long-name@smsc.example.org": false,
	} {
		o := SMPPOptions{Name: "a", URL: raw, Password: token, From: "Holdfast", Now: time.Now, Reports: NewReports(nil, nil)}
		if _, err := NewSMPP(o); (err == nil) != fine {
			t.Errorf("%q: %v", raw, err)
		}
		o.Plain = true
		if _, err := NewSMPP(o); err != nil && raw == "smpp://u@smsc.example.org" {
			t.Errorf("plain, as asked for: %v", err)
		}
	}
}
