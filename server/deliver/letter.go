package deliver

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Letter is a message in words, ready to be handed over. It holds an address
// and perhaps a code: it is never logged and never stored.
type Letter struct {
	To        string // the full address
	Channel   string // api.ChannelEmail, ChannelSMS or ChannelVoice
	Kind      string // one of server.MessageKinds
	Language  string // en, vi, ru
	Subject   string // without the code, at most 78 characters
	Text      string // lines end in \n
	HTML      string
	Reference string    // of the challenge, or of the notice
	Code      string    // as people read it, 4HT-M3X-R9W or 482362; empty in notices
	MessageID string    // without angle brackets
	Return    string    // a mark by which the mail is known when it is returned; may be empty
	Date      time.Time // when it is handed over, UTC
	// Prompt and Speech are what a call says, empty on other channels: the prompt,
	// which holds no code and asks for the key 1, so that no answerphone records the
	// rest; then every phrase of Speech with a pause after it. Speech holds the whole
	// message twice.
	Prompt string
	Speech []string
	// Valid is how long a phone's provider may still deliver it; zero for e-mail.
	Valid time.Duration
}

// Write puts a message into the words of its language. An error means that the
// message is of an unknown kind or lacks a fact that its text needs, so that no
// message with a gap in it is ever sent. Sender is the address that it comes
// from, which people are told to trust; empty on the local outbox.
func Write(m server.Message, sender string, at time.Time) (Letter, error) {
	body, err := compose(&m, sender)
	if err != nil {
		return Letter{}, err
	}
	return Letter{
		To: m.To, Channel: m.Channel, Kind: m.Kind, Language: body.Language, Subject: body.Subject,
		Text: body.text(), HTML: body.html(), Reference: referenceOf(&m), Code: body.Code,
		MessageID: m.MessageID, Return: m.Return, Date: at.UTC().Truncate(time.Second),
	}, nil
}
