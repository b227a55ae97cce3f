package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

// providerTime bounds the look at one provider; they are looked at together.
const providerTime = 10 * time.Second

// phones asks every provider of text messages and calls whether it would take
// something from us. Nothing is sent.
func (d doctor) phones(ctx context.Context) []finding {
	sms, voice := d.s.Phone.SMS, d.s.Phone.voice()
	if len(sms)+len(voice) == 0 {
		return nil
	}
	all := append(append([]PhoneProvider{}, sms...), voice...)
	out := make([][]finding, len(all))
	var looking sync.WaitGroup
	for i, p := range all {
		looking.Go(func() { out[i] = d.provider(ctx, p) })
	}
	looking.Wait()
	list := d.phoneOrigin()
	if len(voice) > 0 && len(d.s.Phone.VoiceCountries) == 0 {
		list = append(list, found("phone", warning, "phone-nowhere", nil)...)
	}
	for _, o := range out {
		list = append(list, o...)
	}
	return list
}

// provider makes one provider, which reads its secret, and asks it.
func (d doctor) provider(ctx context.Context, p PhoneProvider) []finding {
	ctx, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	parts := d.parts()
	parts.phones.reports = deliver.NewReports(nil, nil) // nothing is taken in
	sender, err := parts.provider(Options{Now: d.now}, p, map[string]httpapi.Callback{})
	if err != nil {
		return stumbled("phone", refuseFor("phone-provider", err, text.Data{"Name": p.Name}))
	}
	prober, ok := sender.(deliver.Prober)
	if !ok {
		return stumbled("phone", fmt.Errorf("%s: %T", p.Name, sender))
	}
	return probed("phone", prober.Probe(ctx), text.Data{"Name": p.Name})
}

// probed tells what a look at a provider, or at the mailbox, gave; the sentences
// are under the look's name.
func probed(name string, p deliver.Probe, data text.Data) []finding {
	switch {
	case p.Busy:
		return found(name, healthy, name+"-busy", data)
	case p.Trouble != "":
		data["Why"] = p.Trouble
		return found(name, failing, name+"-refuses", data)
	case !p.Encrypted:
		return found(name, warning, name+"-plain", data)
	}
	return found(name, healthy, name, data)
}

// phoneOrigin warns where text messages go out without the line that binds a code
// to this server, and where providers cannot reach it to report.
func (d doctor) phoneOrigin() []finding {
	u, err := url.Parse(d.s.Origin)
	_, number := netip.ParseAddr(u.Hostname())
	if err == nil && u.Scheme == "https" && number != nil {
		return nil
	}
	return found("phone", warning, "phone-origin", nil)
}

// returns looks at the mailbox for returned mail and at who may report on mail.
func (d doctor) returns(ctx context.Context) []finding {
	var list []finding
	parts := d.parts()
	parts.phones.reports = deliver.NewReports(nil, nil)
	if err := parts.reporters(Options{Now: d.now}, map[string]httpapi.Callback{}); err != nil {
		list = stumbled("returns", err)
	} else if n := len(d.s.SMTP.Reports); n > 0 {
		list = found("returns", healthy, "returns-reports", text.Data{"Count": n})
	}
	if d.s.SMTP.Returns == (Returns{}) {
		return list
	}
	box, err := d.s.SMTP.Returns.mailbox()
	if err != nil {
		return append(list, stumbled("returns", err)...)
	}
	imap, ok := box.(deliver.Prober)
	if !ok {
		return append(list, found("returns", healthy, "returns", nil)...)
	}
	ctx, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	return append(list, probed("returns", imap.Probe(ctx), text.Data{})...)
}
