package server

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/seed-1feef0b2/holdfast/api"
)

// channelPhone is the channel of a contact that is a phone: text messages and
// calls both go there.
const channelPhone = "phone"

// AnyCountry in a list of Phones allows every country.
const AnyCountry = "*"

// Phones says how this server reaches phones, and where. The zero value reaches
// none.
type Phones struct {
	// Channels are api.ChannelSMS and api.ChannelVoice, as far as there are providers.
	Channels []string
	// Countries are those that text messages go to, two letters each (ISO 3166);
	// empty means every country. Calls go to VoiceCountries alone: a call costs the
	// most, so every country is named, or AnyCountry.
	Countries      []string
	VoiceCountries []string
}

// allows says whether messages of a channel may go to a country at all.
func (p Phones) allows(channel, country string) bool {
	list := p.VoiceCountries
	if channel == api.ChannelSMS {
		if list = p.Countries; len(list) == 0 {
			return slices.Contains(p.Channels, channel)
		}
	}
	return slices.Contains(p.Channels, channel) && (slices.Contains(list, country) || slices.Contains(list, AnyCountry))
}

// phoneNumber is a phone number as it is written to, and what is known of it.
type phoneNumber struct {
	e164     string // +84912345678
	country  string // two letters
	landline bool   // takes calls only
}

// Lengths of an international number in digits (E.164) and of what may be typed.
const (
	phoneFewest  = 8
	phoneMost    = 15
	phoneTyped   = 32
	prefixDigits = 4 // what a prefix leaves out at the end
)

// checkNumber reads an international number. Only ordinary lines and mobile
// phones pass: premium and shared rates pay whoever asks for codes, and a number
// that is reached over the internet shows nobody's possession of a phone (NIST
// SP 800-63B-4, section 3.1.3.1).
func checkNumber(typed string) (phoneNumber, error) {
	refused := api.NewError(api.CodePhone)
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().\u00a0", r) {
			return -1
		}
		return r
	}, typed)
	plain, ok := strings.CutPrefix(digits, "+")
	if !ok || len(typed) > phoneTyped || len(plain) < phoneFewest || len(plain) > phoneMost || strings.Trim(plain, "0123456789") != "" {
		return phoneNumber{}, refused
	}
	parsed, err := phonenumbers.Parse(digits, "")
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return phoneNumber{}, refused
	}
	n := phoneNumber{e164: phonenumbers.Format(parsed, phonenumbers.E164), country: phonenumbers.GetRegionCodeForNumber(parsed)}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.FIXED_LINE:
		n.landline = true
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
	default:
		return phoneNumber{}, refused
	}
	if len(n.country) != 2 { // a network of no country
		return phoneNumber{}, refused
	}
	return n, nil
}

// prefix names the numbers that differ in their last four digits only.
func (n phoneNumber) prefix() string { return n.e164[:len(n.e164)-prefixDigits] }

// takes says whether a channel reaches the number from this server.
func (s *Service) takes(n phoneNumber, channel string) bool {
	return s.phones.allows(channel, n.country) && (channel == api.ChannelVoice || !n.landline)
}

// maskNumber shows a number so that its owner recognises it: the country's code
// and the last two digits, +84 ••• ••47.
func maskNumber(e164 string) string {
	code := "+"
	if parsed, err := phonenumbers.Parse(e164, ""); err == nil {
		code = "+" + strconv.Itoa(int(parsed.GetCountryCode()))
	}
	return code + " ••• ••" + e164[max(len(e164)-2, 0):]
}
