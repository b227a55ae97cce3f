package deliver

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// heard lets the peer call somebody who presses these keys, and gives what they
// heard.
func heard(t *testing.T, peer *delivertest.Node, s *Twilio, c *callee, lang string, keys ...string) []string {
	t.Helper()
	peer.Order("keys", map[string]any{"keys": keys})
	l := phoneLetter(t, lang, api.ChannelVoice)
	c.knows(l.MessageID)
	out := send(t, s, l)
	c.knows(out.Provider)
	var phrases []string
	for _, h := range peer.Next("call-ended")["heard"].([]any) {
		said := h.(map[string]any)
		if said["language"] != spoken(lang) {
			t.Errorf("said in %v: %v", said["language"], said["text"])
		}
		phrases = append(phrases, said["text"].(string))
	}
	return phrases
}

func TestACodeIsHeardAfterTheKeyAndTwice(t *testing.T) {
	peer, s, c := twilioPeer(t, nil)
	for _, lang := range text.Languages {
		s.opt.Source = underWay{toPhone(server.MessageEnrol, lang, api.ChannelVoice)}
		l := phoneLetter(t, lang, api.ChannelVoice)
		got := heard(t, peer, s, c, lang, "5", "1")
		want := slices.Concat([]string{l.Prompt, l.Prompt, l.Prompt, l.Prompt}, l.Speech)
		if !slices.Equal(got, want) {
			t.Errorf("%s: heard %q", lang, got)
		}
		if r := c.next(t); r.State != api.DeliveryDelivered || r.MessageID != l.MessageID || !strings.HasPrefix(r.Provider, "acme/CA") {
			t.Errorf("%s: %+v", lang, r)
		}
		if r := c.next(t); r.State != api.DeliveryBounced || !r.Mild { // the end of the call, which says nothing against it
			t.Errorf("%s: %+v", lang, r)
		}
	}
}

func TestAnAnswerphoneHearsNoCode(t *testing.T) {
	peer, s, c := twilioPeer(t, nil)
	p := text.For("en")
	got := heard(t, peer, s, c, "en", "")
	if want := p.T("phone.voice.prompt"); !slices.Equal(got, []string{want, want}) {
		t.Errorf("heard %q", got)
	}
	if r := c.next(t); r.State != api.DeliveryBounced || r.Detail != "answered, and nobody pressed 1" {
		t.Errorf("%+v", r)
	}
}

func TestTheAddressOfACallsWords(t *testing.T) {
	now := start
	peer, s, c := twilioPeer(t, func(o *TwilioOptions) { o.Now = func() time.Time { return now } })
	l := phoneLetter(t, "en", api.ChannelVoice)
	c.knows(l.MessageID)
	address := s.wordsURL(l, theToken)
	other := s.wordsURL(Letter{MessageID: "other@keys.example.org", Valid: time.Minute}, theToken)
	if strings.Contains(address, "482362") || strings.Contains(address, base64.RawURLEncoding.EncodeToString([]byte("482362"))) {
		t.Error("the code is in the address")
	}
	ask := func(url, digits string, extra map[string]any) float64 {
		peer.Tell("report", map[string]any{"url": url, "params": map[string]string{"Digits": digits, "CallSid": "CA1"}, "extra": extra})
		return peer.Next("report-answered")["status"].(float64)
	}
	for name, q := range map[string]struct {
		url   string
		extra map[string]any
		want  float64
	}{
		"as given":        {address, nil, 200},
		"not signed":      {address, map[string]any{"signature": ""}, 403},
		"changed":         {address[:len(address)-2] + "AA", nil, 404},
		"a word too many": {address + "AAAA", nil, 404},
		"of another":      {other, nil, 404},
		"another's token": {s.wordsURL(l, "ffff"), nil, 404},
		"too short":       {c.url + "/v1/calls/acme/AAAA", nil, 404},
	} {
		if got := ask(q.url, "1", q.extra); got != q.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	now = now.Add(10 * time.Minute)
	if got := ask(address, "1", nil); got != 404 {
		t.Errorf("after the code's life: %v", got)
	}
}
