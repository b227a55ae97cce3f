package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// Shapes of codes, as api.Challenge tells them.
const (
	kindCrockford = "crockford"
	kindDigits    = "digits"
	phoneDigits   = 6
	secretBytes   = 32
)

// shape says what the code of a channel looks like and how long it is.
func shape(channel string) (kind string, length int) {
	if channel == api.ChannelEmail {
		return kindCrockford, code.EmailSymbols + 1
	}
	return kindDigits, phoneDigits
}

// wellFormed says whether a code could be one of a channel's at all: length,
// alphabet and check symbol. What is not costs no try.
func wellFormed(channel, typed string) bool {
	kind, length := shape(channel)
	if kind == kindCrockford {
		return code.Valid(typed, length)
	}
	return len(typed) == length && strings.Trim(typed, code.Digits) == ""
}

// deriveCode gives the code of a challenge's secret for a channel and epoch:
// HMAC-SHA-256(secret, channel ‖ epoch ‖ counter), read byte by byte; a byte
// that would favour some symbols is thrown away.
func deriveCode(secret []byte, channel string, epoch int) string {
	alphabet, n := code.Crockford, code.EmailSymbols
	if kind, length := shape(channel); kind == kindDigits {
		alphabet, n = code.Digits, length
	}
	var b strings.Builder
	for counter := uint32(0); b.Len() < n; counter++ {
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(channel))
		m.Write([]byte{0})
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(epoch))) //nolint:gosec // counts from 1
		m.Write(binary.BigEndian.AppendUint32(nil, counter))
		for _, x := range m.Sum(nil) {
			if i, ok := reject(x, len(alphabet)); ok && b.Len() < n {
				b.WriteByte(alphabet[i])
			}
		}
	}
	if channel == api.ChannelEmail {
		return code.WithCheck(b.String())
	}
	return b.String()
}

func secretPlace(challenge string) string { return "challenges.secret " + challenge }

// ends is when an epoch's code stops working: its life after the first
// hand-over, and at most a day after it was made.
func (l Limits) ends(e Epoch) int64 {
	most := e.Created + seconds(l.EmailCodeMost)
	if e.Handed == 0 {
		return most
	}
	return min(e.Handed+seconds(l.EmailCodeLife), most)
}

// matched is what a typed code turned out to be.
type matched int

const (
	matchNone matched = iota
	matchExpired
	matchRight
)

// match compares a typed code with every code of a challenge, in constant time
// for each. A code whose hand-over was never confirmed may have arrived all
// the same, and works.
func (w *work) match(ch Challenge, typed string) (matched, error) {
	if len(ch.Secret) == 0 {
		return matchNone, nil
	}
	secret, err := w.open(secretPlace(ch.ID), ch.Secret)
	if err != nil {
		return matchNone, err
	}
	epochs, err := w.tx.Epochs(ch.ID)
	if err != nil {
		return matchNone, err
	}
	best := matchNone
	for _, e := range epochs {
		same := subtle.ConstantTimeCompare([]byte(deriveCode(secret, e.Channel, e.Number)), []byte(typed)) == 1
		switch {
		case !same || ch.Mute:
		case w.now < w.limits.ends(e):
			best = matchRight
		default:
			best = max(best, matchExpired)
		}
	}
	return best, nil
}
