package daemon

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
)

// Phone is how text messages and calls go out, and where to.
type Phone struct {
	// SMS and Voice are the providers, the preferred first. Without any, no phone
	// can be enrolled for that.
	SMS   []PhoneProvider `json:"sms"`
	Voice []VoiceProvider `json:"voice"`
	// Countries are those that text messages go to, VoiceCountries those that are
	// called: two letters each (ISO 3166-1).
	Countries      []string `json:"countries"`
	VoiceCountries []string `json:"voice_countries"`
}

// PhoneProvider is one provider of text messages or calls.
type PhoneProvider struct {
	// Name names it in the addresses of callbacks, once over both lists.
	Name string `json:"name"`
	// Kind is twilio, webhook or smpp.
	Kind string `json:"kind"`
	URL  string `json:"url"`
	// Account is the account's SID, for twilio.
	Account string `json:"account"`
	// SecretFile holds the auth token (twilio), the shared secrets (webhook) or the
	// password (smpp).
	SecretFile string `json:"secret_file"`
	From       string `json:"from"`
	CAFile     string `json:"ca_file"`
	// Plain takes a connection without encryption to another machine, SystemType is
	// what some carriers ask for, Window how many messages wait at a time: for smpp.
	Plain      bool   `json:"plain"`
	SystemType string `json:"system_type"`
	Window     int    `json:"window"`
}

// VoiceProvider is one provider of calls; see PhoneProvider.
type VoiceProvider struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"` // twilio or webhook
	URL        string `json:"url"`
	Account    string `json:"account"`
	SecretFile string `json:"secret_file"`
	From       string `json:"from"`
	CAFile     string `json:"ca_file"`
}

// voice are the providers of calls as providers of any kind.
func (p Phone) voice() []PhoneProvider {
	var out []PhoneProvider
	for _, v := range p.Voice {
		out = append(out, PhoneProvider{
			Name: v.Name, Kind: v.Kind, URL: v.URL, Account: v.Account, SecretFile: v.SecretFile, From: v.From, CAFile: v.CAFile,
		})
	}
	return out
}

// Kinds of providers.
const (
	kindTwilio  = "twilio"
	kindWebhook = "webhook"
	kindSMPP    = "smpp"
)

// windowMost is the largest window of an SMPP connection.
const windowMost = 1000

func phoneBlock() block {
	var voice []Key
	keys := []Key{
		{Name: "phone.sms[].name", Meaning: "Name of the provider, in the addresses that it calls back: small letters, digits and dashes. Providers of text messages are asked in their order: " +
			"where one is down, or puts a message off, the next is asked. Without any, no phone gets text messages. See [phone.md](phone.md)."},
		{Name: "phone.sms[].kind", Meaning: "`twilio` (Twilio, or a provider that speaks its interface), `webhook` (a program of yours) or `smpp` (a carrier's message centre)."},
		{Name: "phone.sms[].url", Meaning: "twilio: the address of the interface; Twilio's own is `api.twilio.com`, with `https://` before it. webhook: where your program takes messages. " +
			"smpp: `smpps://user@host[:3550]`, or `smpp://user@host[:2775]` without encryption. Secrets in it are refused."},
		{Name: "phone.sms[].account", Meaning: "twilio: the account's SID."},
		{Name: "phone.sms[].secret_file", Meaning: "twilio: the auth token. webhook: one secret a line, `whsec_` and base64; the first signs, all are accepted. smpp: the password, at most 8 characters. Read each time it is needed."},
		{Name: "phone.sms[].from", Meaning: "What messages come from: a number (`+` and digits), a short number, a name of at most 11 letters, or (twilio) the SID of a messaging service."},
		{Name: "phone.sms[].ca_file", Default: "the system's", Meaning: "Certificates (PEM) of whoever vouches for the provider, where the system does not know them."},
	}
	for _, k := range keys {
		k.Name = "phone.voice" + k.Name[len("phone.sms"):]
		k.Meaning = "As `phone.sms" + k.Name[len("phone.voice"):] + "`, for calls."
		if k.Name == "phone.voice[].kind" {
			k.Meaning = "`twilio` or `webhook`."
		}
		voice = append(voice, k)
	}
	keys = append(keys, []Key{
		{Name: "phone.sms[].plain", Default: "`false`", Meaning: "smpp: `true` takes `smpp://` to another machine, with password and codes in the clear; for carriers reached through a tunnel of their own."},
		{Name: "phone.sms[].system_type", Meaning: "smpp: what the carrier asks for, if anything; at most 12 characters."},
		{Name: "phone.sms[].window", Default: "`10`", Meaning: "smpp: how many messages may wait for an answer at a time, 1 to 1000."},
	}...)
	keys = append(keys, voice...)
	keys = append(
		keys,
		Key{Name: "phone.countries", Default: "every country", Meaning: "Countries that text messages go to, two capital letters each (ISO 3166-1), such as `[\"VN\", \"RU\"]`."},
		Key{Name: "phone.voice_countries", Default: "none", Meaning: "Countries that are called. A call costs the most and brings a fraud the most: name only those where your people are."},
	)
	return block{title: "Phones", check: checkPhone, keys: keys}
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// checkPhone refuses what cannot work: half a provider, two of one name, an
// origin too long for a text message.
func checkPhone(s *Settings) error {
	names := map[string]bool{}
	for _, p := range slices.Concat(s.Phone.SMS, s.Phone.voice()) {
		if names[p.Name] {
			return refuse("phone-twice", text.Data{"Name": p.Name})
		}
		names[p.Name] = true
	}
	for list, providers := range map[string][]PhoneProvider{api.ChannelSMS: s.Phone.SMS, api.ChannelVoice: s.Phone.voice()} {
		for _, p := range providers {
			if !p.fits(list) {
				return refuse("phone-provider", text.Data{"Name": p.Name})
			}
		}
	}
	for _, c := range slices.Concat(s.Phone.Countries, s.Phone.VoiceCountries) {
		if !countryCode.MatchString(c) {
			return refuse("phone-country", text.Data{"Country": c})
		}
	}
	if u, err := url.Parse(s.Origin); err == nil && len(s.Phone.SMS) > 0 && !deliver.HostFits(u.Hostname()) {
		return refuse("phone-host", text.Data{"Host": u.Hostname()})
	}
	return nil
}

// fits says whether a provider has what its kind needs, and nothing else.
func (p PhoneProvider) fits(list string) bool {
	smpp := p.Kind == kindSMPP
	if p.Name == "" || p.URL == "" || p.SecretFile == "" || p.Window < 0 || p.Window > windowMost {
		return false
	}
	if !smpp && (p.Plain || p.SystemType != "" || p.Window != 0) || (p.Kind == kindTwilio) != (p.Account != "") {
		return false
	}
	switch p.Kind {
	case kindTwilio:
		return p.From != ""
	case kindSMPP:
		return p.From != "" && list == api.ChannelSMS
	case kindWebhook:
		return true
	}
	return false
}
