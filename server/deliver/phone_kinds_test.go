package deliver

import (
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestEveryKindForPhonesHasItsWords: a kind without words would be refused, and its
// phone be taken for one that does not work.
func TestEveryKindForPhonesHasItsWords(t *testing.T) {
	for _, kind := range server.PhoneKinds() {
		if !Speaks(api.ChannelSMS, kind) {
			t.Errorf("no text message for %s", kind)
		}
		for _, lang := range text.Languages {
			spoken := "phone.voice." + kind
			if strings.HasPrefix(kind, server.MessageCodePrefix) && !text.For(lang).Has(spoken) {
				t.Errorf("%s: nothing to say for %s", lang, kind)
			}
		}
	}
	if Speaks(api.ChannelSMS, server.MessageRegister) || Speaks(api.ChannelSMS, server.NoticeExists) {
		t.Error("what is about an address goes to that address")
	}
}
