package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"strings"
	"time"

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

// wellFormed says whether a code could be one of some channel's at all: length,
// alphabet and check symbol. What is not costs no try. It does not ask which
// channel was used: after another way was taken, the first message's code works too.
func wellFormed(typed string) bool {
	for _, channel := range []string{api.ChannelEmail, api.ChannelSMS} {
		kind, length := shape(channel)
		if kind == kindCrockford && code.Valid(typed, length) {
			return true
		}
		if kind == kindDigits && len(typed) == length && strings.Trim(typed, code.Digits) == "" {
			return true
		}
	}
	return false
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
// hand-over, and at most so long after it was made.
func (l Limits) ends(e Epoch) int64 {
	life, longest := l.lives(e.Channel)
	most := e.Created + seconds(longest)
	if e.Handed == 0 {
		return most
	}
	return min(e.Handed+seconds(life), most)
}

// lives gives how long a channel's code works, from its first hand-over, and from
// when it was made at most.
func (l Limits) lives(channel string) (life, most time.Duration) {
	if channel == api.ChannelEmail {
		return l.EmailCodeLife, l.EmailCodeMost
	}
	return l.PhoneCodeLife, l.PhoneCodeMost
}

// matched is what a typed code turned out to be.
type matched int

const (
	matchNone matched = iota
	matchExpired
	matchRight
)

// match compares a typed code with every code of a challenge, in constant time
// for each, and gives the one that it is. A code whose hand-over was never
// confirmed may have arrived all the same, and works. One that went to a phone
// that was taken away since is none.
func (w *work) match(ch Challenge, typed string) (matched, Epoch, error) {
	if len(ch.Secret) == 0 {
		return matchNone, Epoch{}, nil
	}
	secret, err := w.open(secretPlace(ch.ID), ch.Secret)
	if err != nil {
		return matchNone, Epoch{}, err
	}
	epochs, err := w.tx.Epochs(ch.ID)
	if err != nil {
		return matchNone, Epoch{}, err
	}
	best, which := matchNone, Epoch{}
	for _, e := range epochs {
		same := subtle.ConstantTimeCompare([]byte(deriveCode(secret, e.Channel, e.Number)), []byte(typed)) == 1
		switch {
		case !same || ch.Mute:
		case w.now < w.limits.ends(e):
			best, which = matchRight, e
		case best == matchNone:
			best, which = matchExpired, e
		}
	}
	if best == matchNone || which.Channel == api.ChannelEmail {
		return best, which, nil
	}
	phone, err := w.tx.Contact(ch.Phone)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return matchNone, which, err
	}
	if err != nil || !w.mayHold(ch, phone) {
		return matchNone, which, nil
	}
	return best, which, nil
}
