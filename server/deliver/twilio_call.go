package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// CallSource gives the words of a call again; *server.Service does.
type CallSource interface {
	MessageUnderWay(ctx context.Context, messageID, channel string) (server.Message, error)
}

// ringSeconds is how long a phone rings, callSeconds how long a call may last,
// gatherSeconds how long we wait for a key.
const (
	ringSeconds   = 30
	callSeconds   = 180
	gatherSeconds = 8
)

// call is the form of a call. What is sent along holds the prompt alone: the
// code stays here until somebody presses the key, so an answerphone never has it,
// nor has the provider until then.
func (t *Twilio) call(l Letter, token string) url.Values {
	return url.Values{
		"To": {l.To}, "From": {t.opt.From}, "Twiml": {t.prompt(l.Language, l.Prompt, t.wordsURL(l, token))},
		"Timeout": {strconv.Itoa(ringSeconds)}, "TimeLimit": {strconv.Itoa(callSeconds)},
		"StatusCallback": {t.reports()}, "StatusCallbackMethod": {"POST"},
	}
}

// wordsURL is where the provider asks for a call's words: an address that nobody
// can guess, and that ends with the code.
func (t *Twilio) wordsURL(l Letter, token string) string {
	ends := binary.BigEndian.AppendUint64(nil, uint64(t.opt.Now().Add(max(l.Valid, time.Minute)).Unix())) //nolint:gosec // after 1970
	word := append(append(ends, callMAC(token, ends, l.MessageID)...), l.MessageID...)
	return strings.TrimRight(t.opt.Origin, "/") + "/v1/calls/" + t.opt.Name + "/" + base64.RawURLEncoding.EncodeToString(word)
}

// callMACBytes is the length of the proof in a call's address.
const callMACBytes = 16

func callMAC(token string, ends []byte, messageID string) []byte {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("holdfast-call-v1\n"))
	m.Write(ends)
	m.Write([]byte(messageID))
	return m.Sum(nil)[:callMACBytes]
}

// callOf gives the Message-ID of the word in a call's address; false where we did
// not make it or its time is over.
func callOf(word, token string, now time.Time) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil || len(raw) <= 8+callMACBytes {
		return "", false
	}
	ends, mac, id := raw[:8], raw[8:8+callMACBytes], string(raw[8+callMACBytes:])
	fits := hmac.Equal(mac, callMAC(token, ends, id))
	return id, fits && uint64(now.Unix()) < binary.BigEndian.Uint64(ends) //nolint:gosec // after 1970
}

// Parts of TwiML, the XML that says what happens in a call.
type (
	sayXML struct {
		XMLName  xml.Name `xml:"Say"`
		Language string   `xml:"language,attr"`
		Words    string   `xml:",chardata"`
	}
	pauseXML struct {
		XMLName xml.Name `xml:"Pause"`
		Length  int      `xml:"length,attr"`
	}
	gatherXML struct {
		XMLName   xml.Name `xml:"Gather"`
		Action    string   `xml:"action,attr"`
		Method    string   `xml:"method,attr"`
		NumDigits int      `xml:"numDigits,attr"`
		Timeout   int      `xml:"timeout,attr"`
		Parts     []any
	}
	hangUpXML struct {
		XMLName xml.Name `xml:"Hangup"`
	}
	twimlXML struct {
		XMLName xml.Name `xml:"Response"`
		Parts   []any
	}
)

// prompt asks for the key, twice, and hangs up where nobody presses one.
func (t *Twilio) prompt(lang, words, action string) string {
	p := sayXML{Language: spoken(lang), Words: words}
	g := gatherXML{
		Action: action, Method: "POST", NumDigits: 1, Timeout: gatherSeconds,
		Parts: []any{pauseXML{Length: 1}, p, pauseXML{Length: 4}, p},
	}
	return written(twimlXML{Parts: []any{g, hangUpXML{}}})
}

// spokenWords says every phrase slowly: a second of silence after each.
func spokenWords(l Letter) string {
	parts := []any{pauseXML{Length: 1}}
	for _, phrase := range l.Speech {
		parts = append(parts, sayXML{Language: spoken(l.Language), Words: phrase}, pauseXML{Length: 1})
	}
	return written(twimlXML{Parts: append(parts, hangUpXML{})})
}

func written(doc twimlXML) string {
	raw, err := xml.Marshal(doc)
	if err != nil { // of these types there is nothing that cannot be written
		return ""
	}
	return xml.Header + string(raw)
}
