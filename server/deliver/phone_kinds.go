package deliver

import (
	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Speaks says whether there are words for a kind of message on a channel. What
// has none is never sent there: a code that opens an account goes to its e-mail
// address and nowhere else.
func Speaks(channel, kind string) bool {
	_, known := kinds[kind]
	if !known || channel == api.ChannelEmail {
		return known
	}
	return (channel == api.ChannelSMS || channel == api.ChannelVoice) && text.For("en").Has("phone."+kind)
}
