package deliver

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Router hands each letter to the sender of its channel. A channel without a
// sender refuses for good, so that the service takes another enrolled way; it
// never takes one by itself.
type Router struct {
	// Email must be given; SMS and Voice are nil where this server has no such
	// provider.
	Email, SMS, Voice Sender
}

// From is the address that e-mail comes from; empty where there is none.
func (r *Router) From() string { return r.Email.From() }

// Send hands a letter to the sender of its channel.
func (r *Router) Send(ctx context.Context, l Letter) Outcome {
	s := map[string]Sender{api.ChannelEmail: r.Email, api.ChannelSMS: r.SMS, api.ChannelVoice: r.Voice}[l.Channel]
	if s == nil {
		return refused("this server has no provider for this channel")
	}
	return s.Send(ctx, l)
}
