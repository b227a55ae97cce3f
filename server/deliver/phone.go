package deliver

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/gsm"
)

// partsMost is how many parts a text message may have; where the words are of
// the default alphabet, one is the goal.
const partsMost = 2

// phoneName is how many characters of a computer's name a text message shows.
const phoneName = 20

// noticeWorth is how long a provider may hold a notice back.
const noticeWorth = 24 * time.Hour

// WritePhone puts a message into the words of a text message or a call. Host is
// the name that codes are bound to: the last line of a text message tells phones
// to fill the code in there and nowhere else. Errors are those of Write, and a
// kind that has no words for phones.
func WritePhone(m server.Message, host string, at time.Time) (Letter, error) {
	if !Speaks(m.Channel, m.Kind) || m.Channel == api.ChannelEmail {
		return Letter{}, fmt.Errorf("deliver: no texts for messages of kind %q on channel %q", m.Kind, m.Channel)
	}
	if kinds[m.Kind].code != (m.Code != "") {
		return Letter{}, fmt.Errorf("deliver: a message of kind %s with a code: %t", m.Kind, m.Code != "")
	}
	w := &writer{Printer: text.For(m.Language)}
	l := Letter{
		To: m.To, Channel: m.Channel, Kind: m.Kind, Language: w.Language(), Reference: referenceOf(&m), Code: m.Code,
		MessageID: m.MessageID, Date: at.UTC().Truncate(time.Second), Valid: m.Life,
	}
	if m.Code == "" {
		l.Valid = noticeWorth
	} else if m.Life < time.Minute {
		return Letter{}, fmt.Errorf("deliver: a code that works for %s", m.Life)
	}
	if m.Channel == api.ChannelVoice {
		w.speak(&l)
	} else {
		l.Text = w.sms(m, l.Reference, host)
	}
	return l, w.err
}

// sms chooses the fullest wording that fits: with the computer's name and the
// reference, without the name, without both.
func (w *writer) sms(m server.Message, reference, host string) string {
	var texts []string
	for _, name := range w.names(m) {
		texts = append(texts, w.oneSMS(m, name, reference, host))
	}
	texts = append(texts, w.oneSMS(m, "", "", host))
	wide, _, _ := gsm.Length(texts[len(texts)-1])
	goal := 1
	if wide {
		goal = partsMost
	}
	for most := goal; most <= partsMost; most++ {
		for _, s := range texts {
			if w, _, parts := gsm.Length(s); parts <= most && w == wide {
				return s
			}
		}
	}
	w.fail(errors.New("deliver: a text message too long for its parts"))
	return ""
}

// names are the forms of the computer's name from the fullest to none. A name
// must not cost the whole message its alphabet.
func (w *writer) names(m server.Message) []string {
	if !w.Has("phone." + m.Kind + ".named") {
		return []string{""}
	}
	var names []string
	for _, name := range []string{cleanName(m.Device), gsm.Fold(cleanName(m.Device))} {
		if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			names = append(names, strings.ReplaceAll(short(name, phoneName), "…", "..."))
		}
	}
	return append(names, "")
}

// oneSMS is one wording: the sentence with the code first, who never asks for it,
// the reference, and the line that binds the code to its host (the format of
// domain-bound codes that phones know).
func (w *writer) oneSMS(m server.Message, name, reference, host string) string {
	parts := []string{w.sentence(m, name)}
	if m.Code != "" {
		parts = append(parts, w.say("phone.nobody-asks", nil))
	}
	if reference != "" {
		parts = append(parts, w.fill("phone.reference", "Reference", reference))
	}
	s := strings.Join(parts, " ")
	if line := boundLine(host, m.Code); line != "" {
		s += "\n" + line
	}
	return s
}

// sentence says what the message is about, with the code first where there is one.
// The dots of a masked address are in no alphabet of phones; stars are.
func (w *writer) sentence(m server.Message, name string) string {
	data := text.Data{}
	for field, value := range m.Data {
		if value != "" {
			data[field] = strings.ReplaceAll(value, "•", "*")
		}
	}
	if m.Code != "" {
		data["Code"] = m.Code
	}
	key := "phone." + m.Kind
	if name != "" {
		key, data["Device"] = key+".named", name
	}
	return w.say(key, data)
}

// HostFits says whether text messages have room for the line that binds a code to
// this host, in every language.
func HostFits(host string) bool {
	for _, lang := range text.Languages {
		for _, kind := range server.MessageKinds() {
			m := server.Message{Channel: api.ChannelSMS, Kind: kind, Language: lang, Code: "000000", Life: time.Minute}
			if !strings.HasPrefix(kind, server.MessageCodePrefix) || !Speaks(api.ChannelSMS, kind) {
				continue
			}
			if _, err := WritePhone(m, host, time.Time{}); err != nil {
				return false
			}
		}
	}
	return true
}

// boundLine is empty for notices, and where the server has an address and no name.
func boundLine(host, code string) string {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); code == "" || host == "" || err == nil {
		return ""
	}
	return "@" + host + " #" + code
}
