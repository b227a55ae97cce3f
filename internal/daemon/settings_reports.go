package daemon

import (
	"net/url"
	"slices"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
	"github.com/seed-1feef0b2/holdfast/server/httpapi"
)

// MailReporter is a relay, or the provider behind one, that reports what became
// of mail by a signed webhook.
type MailReporter struct {
	// Name names it in the address for its reports, once over these and the
	// providers for phones.
	Name string `json:"name"`
	// SecretFile holds the secrets that its reports may be signed with.
	SecretFile string `json:"secret_file"`
	// Relay is the host of the relay whose ids its reports may use in the place of
	// Message-IDs; the preferred relay's where empty.
	Relay string `json:"relay"`
}

func reporterKeys() []Key {
	return []Key{
		{Name: "smtp.reports[].name", Meaning: "Name of a relay or mail provider that reports what became of mail, by a webhook signed as for phones, at the address `/v1/reports/` and this name: " +
			"small letters, digits and dashes. See [mail.md](mail.md#reports-of-a-mail-provider)."},
		{Name: "smtp.reports[].secret_file", Meaning: "One secret a line, `whsec_` and base64; a report may be signed with any of them. Read at every report. Whoever has one can have any mail " +
			"called delivered or come back, and nothing else."},
		{Name: "smtp.reports[].relay", Default: "the host of `smtp.url`", Meaning: "The host, as in its address here, of the relay whose own ids the reports may name mail by."},
	}
}

// checkReporters refuses half a reporter, one whose name something else has, and
// one for a relay that is not there.
func checkReporters(s *Settings) error {
	names := map[string]bool{}
	for _, p := range slices.Concat(s.Phone.SMS, s.Phone.voice()) {
		names[p.Name] = true
	}
	for _, r := range s.SMTP.Reports {
		if names[r.Name] {
			return refuse("phone-twice", text.Data{"Name": r.Name})
		}
		names[r.Name] = true
		if r.Name == "" || r.SecretFile == "" || r.Relay != "" && !slices.Contains(s.SMTP.hosts(), r.Relay) {
			return refuse("smtp-reports", text.Data{"Name": r.Name})
		}
	}
	return nil
}

// hosts are those of all relays, the preferred first; empty for an address that
// cannot be read.
func (m SMTP) hosts() []string {
	var out []string
	for _, r := range m.relays() {
		host := ""
		if u, err := url.Parse(r.URL); err == nil {
			host = u.Hostname()
		}
		out = append(out, host)
	}
	return out
}

// reporters makes what takes reports on mail in.
func (d *Daemon) reporters(o Options, callbacks map[string]httpapi.Callback) error {
	for _, r := range d.settings.SMTP.Reports {
		relay := r.Relay
		if relay == "" {
			relay = d.settings.SMTP.hosts()[0]
		}
		m, err := deliver.NewMailReports(deliver.MailReportsOptions{
			Name: r.Name, Secrets: deliver.HookSecrets(r.SecretFile), Relay: relay, Now: o.Now, Reports: d.phones.reports, Log: o.Log,
		})
		if err != nil {
			return refuseFor("smtp-reports", err, text.Data{"Name": r.Name})
		}
		callbacks[r.Name] = m.Callback
	}
	return nil
}
