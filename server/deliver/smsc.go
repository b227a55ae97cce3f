package deliver

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/deliver/gsm"
	"github.com/seed-1feef0b2/holdfast/server/deliver/smpp"
)

// SMPPOptions say which message centre takes text messages, and as whom. Name,
// URL, Password, From, Now and Reports must be given.
type SMPPOptions struct {
	// Name is the provider's name in the settings.
	Name string
	// URL is smpps://user@host[:3550] (TLS) or smpp://user@host[:2775] (none, which
	// off this machine needs Plain). A password in it is refused.
	URL string
	// Plain takes a connection without encryption to another machine: for carriers
	// that are reached through a tunnel of their own.
	Plain bool
	// Password gives the password when a connection is made, at most 8 characters.
	Password   func() (string, error)
	SystemType string
	// From is the number (+ and digits), the short number (digits) or the name (at
	// most 11 characters) that messages come from.
	From string
	// Window is how many messages may wait for an answer at a time; 10 where zero.
	Window  int
	Now     func() time.Time
	Reports *Reports
	// CAs may vouch for the centre; the system's where nil.
	CAs *x509.CertPool
	// Enquire and Reply are times of the protocol; see smpp.Options.
	Enquire, Reply, Retry time.Duration
}

// SMPP hands text messages to a carrier's message centre. It sends only while Run
// runs.
type SMPP struct {
	opt    SMPPOptions
	from   smpp.Address
	client *smpp.Client
	brake  brake
	parts  partNames
}

// NewSMPP makes a sender. It does not connect.
func NewSMPP(opt SMPPOptions) (*SMPP, error) {
	u, err := url.Parse(opt.URL)
	if err != nil || u.Hostname() == "" || u.User.Username() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "smpp" && u.Scheme != "smpps" {
		return nil, errors.New("deliver: an SMPP address must look like smpps://user@smsc.example.org:3550")
	}
	if _, has := u.User.Password(); has {
		return nil, errors.New("deliver: an SMPP address must not hold a password: put it into a file")
	}
	if u.Scheme == "smpp" && !opt.Plain && !loopback(u.Hostname()) {
		return nil, errors.New("deliver: SMPP without encryption must be asked for")
	}
	if !providerName.MatchString(opt.Name) {
		return nil, errors.New("deliver: a provider's name is of small letters, digits and dashes, at most 32")
	}
	if opt.Password == nil || opt.Now == nil || opt.Reports == nil || len(u.User.Username()) > 15 {
		return nil, errors.New("deliver: password, clock and reports must be given, and a user of at most 15 characters")
	}
	if p, err := opt.Password(); err != nil || len(p) > 8 {
		return nil, errors.New("deliver: the SMPP password cannot be read, or has more than 8 characters")
	}
	s := &SMPP{opt: opt, parts: partNames{of: map[string]string{}}}
	if s.from, err = smppSender(opt.From); err != nil {
		return nil, err
	}
	s.client = smpp.New(s.options(u))
	return s, nil
}

func (s *SMPP) options(u *url.URL) smpp.Options {
	o := smpp.Options{
		System: u.User.Username(), Password: s.opt.Password, SystemType: s.opt.SystemType, Window: s.opt.Window,
		OnReceipt: s.receipt, Enquire: s.opt.Enquire, Reply: s.opt.Reply, Retry: s.opt.Retry,
	}
	port := "2775"
	if u.Scheme == "smpps" {
		port, o.TLS = "3550", &tls.Config{ServerName: u.Hostname(), RootCAs: s.opt.CAs, MinVersion: tls.VersionTLS12}
	}
	if u.Port() != "" {
		port = u.Port()
	}
	o.Address = net.JoinHostPort(u.Hostname(), port)
	return o
}

// smppSender tells numbers from names.
func smppSender(from string) (smpp.Address, error) {
	digits := strings.TrimPrefix(from, "+")
	switch _, err := strconv.ParseUint(digits, 10, 64); {
	case err == nil && digits != from && len(digits) <= 15:
		return smpp.Address{TON: smpp.TONInternational, NPI: smpp.NPIISDN, Number: digits}, nil
	case err == nil && len(digits) <= 15:
		return smpp.Address{TON: smpp.TONUnknown, NPI: smpp.NPIISDN, Number: digits}, nil
	case from != "" && len(from) <= 11 && gsm.Fold(from) == from:
		return smpp.Address{TON: smpp.TONAlphanumeric, NPI: smpp.NPIUnknown, Number: from}, nil
	}
	return smpp.Address{}, errors.New("deliver: messages come from a number such as +84901234567 or a name of at most 11 letters")
}

// Run keeps the connection until the context ends.
func (s *SMPP) Run(ctx context.Context) { s.client.Run(ctx) }

// From is empty: there is no address to be trusted.
func (s *SMPP) From() string { return "" }

// smppWait is how long a letter waits for a connection that is being made.
const smppWait = 5 * time.Second

// Send hands one letter over, in as many parts as it takes.
func (s *SMPP) Send(ctx context.Context, l Letter) Outcome {
	if s.brake.held(s.opt.Now()) {
		return down("the carrier asked for fewer messages at a time")
	}
	if l.Channel != api.ChannelSMS {
		return refused("this carrier takes text messages alone")
	}
	if s.client.Last() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, smppWait)
		defer cancel()
	}
	var ids []string
	for _, m := range s.messages(l) {
		id, err := s.client.Submit(ctx, m)
		if err != nil {
			return s.trouble(err, l)
		}
		ids = append(ids, id)
	}
	s.brake.release()
	last := s.opt.Name + "/" + ids[len(ids)-1]
	s.parts.note(s.opt.Name, ids, last)
	out := handedOver(phoneDetail(fmt.Sprintf("taken by the carrier in %d parts", len(ids)), l))
	if len(ids) == 1 {
		out.Detail = "taken by the carrier"
	}
	out.Provider = last
	return out
}

// messages are the parts of a letter. Their reference comes from the Message-ID:
// it is the same when the letter is sent once more.
func (s *SMPP) messages(l Letter) []smpp.Message {
	text := gsm.Split(l.Text)
	reference := sha256.Sum256([]byte(l.MessageID))
	var out []smpp.Message
	for i, part := range text.Parts {
		m := smpp.Message{
			From: s.from, To: smpp.Address{TON: smpp.TONInternational, NPI: smpp.NPIISDN, Number: strings.TrimPrefix(l.To, "+")},
			Validity: smppValidity(l.Valid), Receipt: true, Coding: smpp.CodingGSM, Text: part,
		}
		if text.Wide {
			m.Coding = smpp.CodingUCS2
		}
		if len(text.Parts) > 1 {
			m.ESMClass = smpp.ClassUDH
			m.Text = append(gsm.Header(reference[0], len(text.Parts), i+1), part...)
		}
		out = append(out, m)
	}
	return out
}

// smppValidity is a relative time of SMPP 3.4, section 7.1.1: at most a day here.
func smppValidity(d time.Duration) string {
	s := int(min(max(d, time.Minute), 24*time.Hour) / time.Second)
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", s/86400, s/3600%24, s/60%60, s%60)
}

// trouble turns an error of the centre's into an outcome.
func (s *SMPP) trouble(err error, l Letter) Outcome {
	var status *smpp.StatusError
	switch {
	case errors.As(err, &status) && status.Throttled():
		s.brake.press(s.opt.Now(), 0)
		return down(phoneDetail(status.Error(), l))
	case errors.As(err, &status) && status.Recipient():
		return refusedThem(phoneDetail(status.Error(), l))
	case errors.As(err, &status):
		return putOff(phoneDetail(status.Error(), l))
	case errors.Is(err, smpp.ErrTooLong):
		return refusedThem("the number cannot be used")
	case errors.Is(err, smpp.ErrDown):
		if errors.As(s.client.Last(), &status) {
			return down(phoneDetail("the carrier does not let this server in: "+status.Error(), l))
		}
		return down("the carrier cannot be reached")
	default:
		return down("the connection to the carrier broke")
	}
}

// receipt takes a delivery receipt in. It may come before the answers to all parts
// of its message, so what it means is found out at every try.
func (s *SMPP) receipt(ctx context.Context, r smpp.Receipt) error {
	return s.opt.Reports.takeLate(ctx, func() server.Report { return s.report(r) })
}

// report is what a receipt says of the whole message: it is delivered with its
// last part, and failed with any.
func (s *SMPP) report(r smpp.Receipt) server.Report {
	part := s.opt.Name + "/" + r.ID
	report := server.Report{Provider: s.parts.whole(part), Detail: r.State}
	if r.Failed() && strings.Trim(r.Error, "0") != "" {
		report.Detail += ", error " + r.Error
	}
	switch {
	case r.Delivered() && report.Provider == part:
		report.State = api.DeliveryDelivered
	case r.Failed():
		report.State = api.DeliveryBounced
		report.Ours = r.State == smppRejected
	}
	return report
}

// smppRejected is the state of a message that the carrier would not have, for what it
// says or whom it comes from (SMPP 3.4, section 5.2.28).
const smppRejected = "REJECTD"

// partsKept is how many names of parts are remembered.
const partsKept = 4096

// partNames knows by which name a message is known whose other parts have names
// too: a part that fails fails the message.
type partNames struct {
	mu    sync.Mutex
	of    map[string]string
	order []string
}

func (p *partNames) note(provider string, ids []string, last string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids[:len(ids)-1] {
		name := provider + "/" + id
		p.of[name] = last
		p.order = append(p.order, name)
	}
	for len(p.order) > partsKept {
		delete(p.of, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *partNames) whole(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.of[name]; ok {
		return last
	}
	return name
}
