package app

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// secured is the peer's part about where codes go.
type secured struct {
	channel     string
	phone       bool
	wants       string // the way that the open challenge is about
	contactLost bool
}

// security answers the routes about where codes go; false for others.
func (p *peer) security(path, what string, body []byte) (int, any, bool) {
	if !strings.Contains(path, "/security") {
		return 0, nil, false
	}
	var in struct{ Password, Channel, Number, Email string }
	_ = json.Unmarshal(body, &in)
	if strings.HasPrefix(what, "POST") && !strings.HasSuffix(what, "lift") && !strings.HasSuffix(what, "tests") && in.Password != "right" {
		return 401, problemOf(401, api.CodeStepUp), true
	}
	switch {
	case strings.HasSuffix(what, "phones"):
		p.secured.wants = api.ChannelSMS
		p.open(api.ReasonPhone)
		p.code, p.challenge.CodeKind, p.challenge.CodeLength = "133742", codeDigits, 6
		return 0, p.describe(), true
	case strings.HasSuffix(what, "channel"):
		p.secured.wants = in.Channel
		p.open(api.ReasonChannel)
		return 0, p.describe(), true
	case strings.HasSuffix(what, "email"):
		p.open(api.ReasonEmail)
		return 0, p.describe(), true
	case strings.HasSuffix(what, "tests"):
		return 0, api.Delivery{Channel: in.Channel, State: api.DeliveryQueued}, true
	case strings.HasSuffix(what, "remove"):
		p.secured.phone, p.secured.channel = false, api.ChannelEmail
	}
	return 0, p.ways(), true
}

func (p *peer) ways() api.Security {
	out := api.Security{Channel: p.secured.channel, Ways: []api.Way{{Channel: api.ChannelEmail, Destination: "k•••@e•••.org"}}}
	if out.Channel == "" {
		out.Channel = api.ChannelEmail
	}
	if p.secured.phone {
		out.Ways = append(out.Ways, api.Way{Channel: api.ChannelSMS, Destination: "+84 ••• ••47"})
	}
	return out
}

// secureAnswer does what the code of such a challenge is for.
func (p *peer) secureAnswer(reason string) {
	switch reason {
	case api.ReasonPhone:
		p.secured.phone = true
	case api.ReasonChannel:
		p.secured.channel = p.secured.wants
	case api.ReasonEmail:
		p.secured.contactLost = false
	}
}

func TestAPhoneIsEnrolledAndThenCodesGoThere(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	_, err := c.AddPhone(ctx, "+84 90 123 4567", false, "wrong")
	want(t, err, api.CodeStepUp)
	st, err := c.AddPhone(ctx, "+84 90 123 4567", false, "right")
	if err != nil || st.State != Activated || st.Access != AccessWrite || st.Challenge == nil || st.Challenge.Reason != api.ReasonPhone {
		t.Fatalf("%+v, %v", st, err)
	}
	if st, err = c.CheckIn(ctx); err != nil || st.State != Activated {
		t.Fatalf("a check-in meanwhile: %+v, %v", st, err)
	}
	if st, err = c.Answer(ctx, "Your code is 133-742."); err != nil || st.State != Activated || st.Challenge != nil {
		t.Fatalf("%+v, %v", st, err)
	}
	sec, err := c.Security(ctx)
	if err != nil || sec.Channel != api.ChannelEmail || len(sec.Ways) != 2 {
		t.Fatalf("%+v, %v: enrolling a phone moves nothing", sec, err)
	}
	if _, err = c.SetChannel(ctx, api.ChannelSMS, "right"); err != nil {
		t.Fatal(err)
	}
	if st, err = c.Answer(ctx, b.peer.code); err != nil || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	if sec, err = c.Security(ctx); err != nil || sec.Channel != api.ChannelSMS {
		t.Fatalf("%+v, %v", sec, err)
	}
	_, err = c.RemovePhone(ctx, "")
	want(t, err, api.CodeStepUp)
	if sec, err = c.RemovePhone(ctx, "right"); err != nil || sec.Channel != api.ChannelEmail || len(sec.Ways) != 1 {
		t.Fatalf("%+v, %v", sec, err)
	}
}

func TestALostAnswerAboutAChannelIsFoundDone(t *testing.T) {
	for name, ask := range map[string]func(*Client) error{
		"phone": func(c *Client) error {
			_, err := c.AddPhone(context.Background(), "+84901234567", false, "right")
			return err
		},
		"channel": func(c *Client) error {
			_, err := c.SetChannel(context.Background(), api.ChannelEmail, "right")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c := b.activated()
			if err := ask(c); err != nil {
				t.Fatal(err)
			}
			right := b.peer.code
			b.lost("POST answers", "POST answers", func() error { _, err := c.Answer(context.Background(), right); return err })
			if st, err := b.client().CheckIn(context.Background()); err != nil || st.State != Activated || st.Challenge != nil {
				t.Errorf("%+v, %v", st, err)
			}
		})
	}
}

func TestALostAddressIsToldAndGivenAgain(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	b.peer.secured.contactLost = true
	st, err := c.CheckIn(ctx)
	if err != nil || !st.ContactLost || st.State != Activated {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err = c.GiveEmail(ctx, "kim@example.org", "right"); err != nil {
		t.Fatal(err)
	}
	if st, err = c.Answer(ctx, b.peer.code); err != nil || st.ContactLost || st.State != Activated {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestSecurityNeedsAnActivatedComputer(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	_, err := b.client().Security(ctx)
	want(t, err, api.CodeNotEnrolled)
	c := b.activated()
	if d, err := c.TestChannel(ctx, api.ChannelEmail); err != nil || d.State != api.DeliveryQueued {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := c.LiftEnrolStop(ctx); err != nil {
		t.Error(err)
	}
	c.Close()
	b.become("laptop", "disk-swapped")
	c = b.client()
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = c.AddPhone(ctx, "+84901234567", true, "right")
	want(t, err, api.CodeNotActivated)
	_, err = c.Security(ctx)
	want(t, err, api.CodeNotActivated)
}

func TestSendingByAnotherWay(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	c.Close()
	b.become("laptop", "disk-swapped")
	c = b.client()
	ctx := context.Background()
	st, err := c.CheckIn(ctx)
	if err != nil || st.Challenge == nil {
		t.Fatalf("%+v, %v", st, err)
	}
	b.peer.challenge.Ways = b.peer.ways().Ways
	if st, err = c.SendBy(ctx, api.ChannelSMS); err != nil || b.peer.by != api.ChannelSMS || len(st.Challenge.Ways) != 1 {
		t.Errorf("%+v, %v, by %q", st.Challenge, err, b.peer.by)
	}
	b.peer.problem = &api.Problem{Status: 422, Code: api.CodeChannel}
	_, err = c.SendBy(ctx, api.ChannelVoice)
	want(t, err, api.CodeChannel)
}
