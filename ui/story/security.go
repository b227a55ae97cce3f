package story

import (
	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// Security is an account with mailbox and phone.
func Security() *app.Security {
	return &app.Security{
		Channel: api.ChannelEmail, Phones: []string{api.ChannelSMS, api.ChannelVoice},
		Ways: []app.Way{
			{Channel: api.ChannelEmail, Destination: "k•••@m•••.org", InUse: true},
			{Channel: api.ChannelSMS, Destination: "+84 ••• ••47"},
			{Channel: api.ChannelVoice, Destination: "+84 ••• ••47"},
		},
	}
}

// securities are the places about where codes go.
func securities() []Story {
	at := func(change func(*app.Security)) screen.View {
		return with(at0(Activated(), screen.AtSecurity), func(v *screen.View) {
			v.Security = Security()
			change(v.Security)
		})
	}
	plain := func(*app.Security) {}
	alone := func(s *app.Security) { s.Ways = s.Ways[:1] }
	asked := func(reason, channel string) screen.View {
		return with(Activated(), func(v *screen.View) {
			v.Place, v.Status.Challenge = screen.AtCode, Challenge(reason)
			if channel != api.ChannelEmail {
				phoned(channel)(v.Status.Challenge)
			}
		})
	}
	both := challenge(Changed(), func(ch *app.Challenge) {
		phoned(api.ChannelSMS)(ch)
		ch.Ways = Security().Ways
		ch.Deliveries = append([]app.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryHandedOver, At: "2026-11-22T13:02:00Z", Destination: "k•••@m•••.org"}}, ch.Deliveries...)
	})
	return []Story{
		{Name: "security-asking", View: at0(Activated(), screen.AtSecurity)},
		{Name: "security-mail", View: at(alone)},
		{Name: "security-all", View: at(plain)},
		{Name: "security-trouble", View: at(func(s *app.Security) {
			s.Channel, s.Ways[1].Failing, s.EnrolStopped = api.ChannelSMS, "30005 unknown destination", "2026-11-22T11:40:00Z"
			s.Ways[2].Paused = "2026-11-22T16:00:00Z"
		})},
		{Name: "security-done", View: with(at(plain), func(v *screen.View) { v.Notice = &screen.Notice{Key: "ui.notice.phone"} })},
		{Name: "phone-empty", View: with(at(alone), func(v *screen.View) { v.Place = screen.AtPhone })},
		{Name: "phone-refused", View: failed(with(at(alone), func(v *screen.View) { v.Place = screen.AtPhone }), screen.WorkPhone, api.NewError(api.CodePhone))},
		{Name: "phone-code", View: asked(api.ReasonPhone, api.ChannelSMS)},
		{Name: "channel-code", View: asked(api.ReasonChannel, api.ChannelEmail)},
		{Name: "changed-two-ways", View: both},
		{Name: "changed-phone-failed", View: challenge(both, func(ch *app.Challenge) {
			ch.Deliveries[1].State, ch.Deliveries[1].Detail = api.DeliveryBounced, "30005 unknown destination"
		})},
	}
}

// phoned makes a challenge's code go to a phone.
func phoned(channel string) func(*app.Challenge) {
	return func(ch *app.Challenge) {
		ch.Channel, ch.CodeKind, ch.CodeLength, ch.Destination = channel, "digits", 6, "+84 ••• ••47"
		ch.Deliveries = []app.Delivery{{
			Channel: channel, State: api.DeliveryDelivered, At: "2026-11-22T13:10:00Z", Destination: "+84 ••• ••47",
		}}
	}
}
