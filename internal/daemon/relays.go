package daemon

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/deliver"
)

// mailer is what sends mail and is closed at the end.
type mailer interface {
	deliver.Sender
	Close() error
}

// mail makes the relays, or the local outbox where there is none.
func (d *Daemon) mail(now func() time.Time) error {
	if d.settings.SMTP.URL == "" {
		d.outbox = &deliver.Outbox{}
		return nil
	}
	relays, err := d.makeRelays()
	if err != nil {
		return err
	}
	if len(relays) == 1 {
		d.relay = relays[0]
		return nil
	}
	var senders []deliver.Sender
	for _, r := range relays {
		senders = append(senders, r)
	}
	all, err := deliver.NewInOrder(now, time.Duration(d.settings.SMTP.Timeout), senders...)
	if err != nil {
		return err
	}
	d.relay = all
	return nil
}

// makeRelays makes every relay of the settings, without connecting to any.
func (d *Daemon) makeRelays() ([]*deliver.SMTP, error) {
	signer, err := d.settings.SMTP.DKIM.signer(d.sender())
	if err != nil {
		return nil, err
	}
	var out []*deliver.SMTP
	for _, r := range d.settings.SMTP.relays() {
		o := deliver.SMTPOptions{
			URL: r.URL, From: d.sender(), Host: d.hello(), Bounces: d.settings.SMTP.BounceTo, Sign: signer,
			RequireTLS: d.settings.SMTP.RequireTLS, Timeout: time.Duration(d.settings.SMTP.Timeout),
		}
		if r.PasswordFile != "" {
			o.Password = deliver.PasswordFile(r.PasswordFile)
		}
		if o.CAs, err = authorities(r.CAFile); err != nil {
			return nil, err
		}
		relay, err := deliver.NewSMTP(o)
		if err != nil {
			return nil, refuseFor("smtp-settings", err, nil)
		}
		out = append(out, relay)
	}
	return out, nil
}

// mailbox makes the mailbox for returned mail, without connecting to it; nil where
// none is set up.
func (r Returns) mailbox() (deliver.Mailbox, error) {
	switch {
	case r.Maildir != "":
		folder := deliver.Maildir{Dir: r.Maildir}
		if err := folder.Check(); err != nil {
			return nil, refuseFor("smtp-returns", err, text.Data{"Where": r.Maildir})
		}
		return folder, nil
	case r.URL == "":
		return nil, nil
	}
	cas, err := authorities(r.CAFile)
	if err != nil {
		return nil, err
	}
	password := deliver.PasswordFile(r.PasswordFile)
	box, err := deliver.NewIMAP(deliver.IMAPOptions{URL: r.URL, Password: password, CAs: cas})
	if err == nil {
		_, err = password()
	}
	if err != nil {
		return nil, refuseFor("smtp-returns", err, text.Data{"Where": "smtp.returns"})
	}
	return box, nil
}

// returned makes the reader of returned mail; nil where none is set up.
func (d *Daemon) returned(o Options) error {
	box, err := d.settings.SMTP.Returns.mailbox()
	if err != nil || box == nil {
		return err
	}
	d.returns, err = deliver.NewReturns(deliver.ReturnsConfig{
		Mailbox: box, Queue: d.service, Every: time.Duration(d.settings.SMTP.Returns.Every), Log: o.Log,
	})
	return err
}
