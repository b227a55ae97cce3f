package daemon

import (
	"context"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

// phones are the providers of text messages and calls, and what they call back.
type phones struct {
	sms, voice deliver.Sender // nil where there is none
	reports    *deliver.Reports
	callbacks  *httpapi.Callbacks
	run        []func(context.Context)
}

// phoneChannels are the ways to phones that this server has. On the local outbox
// there is every way: what is sent is shown there.
func (d *Daemon) phoneChannels() []string {
	var out []string
	if len(d.settings.Phone.SMS) > 0 || d.outbox != nil {
		out = append(out, api.ChannelSMS)
	}
	if len(d.settings.Phone.Voice) > 0 || d.outbox != nil {
		out = append(out, api.ChannelVoice)
	}
	return out
}

// reached says which phones the rules may send to. On the local outbox calls cost
// nothing, so every country is called that the settings do not narrow down.
func (d *Daemon) reached() server.Phones {
	p := server.Phones{
		Channels: d.phoneChannels(), Countries: d.settings.Phone.Countries, VoiceCountries: d.settings.Phone.VoiceCountries,
	}
	if d.outbox != nil && len(p.VoiceCountries) == 0 {
		p.VoiceCountries = []string{server.AnyCountry}
	}
	return p
}

// phone makes the providers, without connecting to any.
func (d *Daemon) phone(o Options) error {
	d.phones.reports = deliver.NewReports(d.service, o.Log)
	d.phones.run = []func(context.Context){d.phones.reports.Run}
	callbacks := map[string]httpapi.Callback{}
	var err error
	if d.phones.sms, err = d.providers(o, d.settings.Phone.SMS, callbacks); err != nil {
		return err
	}
	if d.phones.voice, err = d.providers(o, d.settings.Phone.voice(), callbacks); err != nil {
		return err
	}
	if err := d.reporters(o, callbacks); err != nil {
		return err
	}
	d.phones.callbacks = httpapi.NewCallbacks(callbacks)
	return nil
}

// providers makes the providers of one list, in their order.
func (d *Daemon) providers(o Options, list []PhoneProvider, callbacks map[string]httpapi.Callback) (deliver.Sender, error) {
	var senders []deliver.Sender
	for _, p := range list {
		s, err := d.provider(o, p, callbacks)
		if err != nil {
			return nil, refuseFor("phone-provider", err, text.Data{"Name": p.Name})
		}
		senders = append(senders, s)
	}
	switch {
	case len(senders) == 0 && d.outbox != nil:
		return d.outbox, nil
	case len(senders) == 0:
		return nil, nil
	}
	return deliver.NewInOrder(o.Now, phoneTime, senders...)
}

// phoneTime is how long a message may take over all providers; it is shorter than
// the time after which another server may take the message.
const phoneTime = time.Minute

func (d *Daemon) provider(o Options, p PhoneProvider, callbacks map[string]httpapi.Callback) (deliver.Sender, error) {
	cas, err := authorities(p.CAFile)
	if err != nil {
		return nil, err
	}
	switch p.Kind {
	case kindTwilio:
		s, err := deliver.NewTwilio(deliver.TwilioOptions{
			Name: p.Name, URL: p.URL, Account: p.Account, Token: deliver.PasswordFile(p.SecretFile), From: p.From,
			Origin: d.origin, Now: o.Now, Source: d.service, CAs: cas,
		})
		if err == nil {
			callbacks[p.Name] = s.Callback(d.phones.reports)
		}
		return s, err
	case kindWebhook:
		s, err := deliver.NewWebhook(deliver.WebhookOptions{
			Name: p.Name, URL: p.URL, Secrets: deliver.HookSecrets(p.SecretFile), From: p.From, Origin: d.origin, Now: o.Now, CAs: cas,
		})
		if err == nil {
			callbacks[p.Name] = s.Callback(d.phones.reports)
		}
		return s, err
	default:
		s, err := deliver.NewSMPP(deliver.SMPPOptions{
			Name: p.Name, URL: p.URL, Plain: p.Plain, Password: deliver.PasswordFile(p.SecretFile), SystemType: p.SystemType,
			From: p.From, Window: p.Window, Now: o.Now, Reports: d.phones.reports, CAs: cas,
		})
		if err == nil {
			d.phones.run = append(d.phones.run, s.Run)
		}
		return s, err
	}
}
