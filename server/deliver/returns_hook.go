package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// MailReportsOptions say who reports what became of mail. Name, Secrets, Now and
// Reports must be given.
type MailReportsOptions struct {
	// Name is the reporter's name in the address for reports.
	Name string
	// Secrets check what comes in: any of them; see HookSecrets.
	Secrets func() ([][]byte, error)
	// Relay is the label of the relay that gave the ids by which a report may name a
	// mail (SMTPOptions.Label); where empty, reports name mail by its Message-ID alone.
	Relay   string
	Now     func() time.Time
	Reports *Reports
	// Log gets what became of mail, never addresses; nil discards.
	Log *slog.Logger
}

// MailReports takes in what a mail relay, or the provider behind one, reports of
// mail that it took: delivered, or failed for good. Its signature shows who says
// so. A report may carry the mail's mark too; then that must be right.
type MailReports struct{ opt MailReportsOptions }

// NewMailReports makes one. The errors say what is missing.
func NewMailReports(opt MailReportsOptions) (*MailReports, error) {
	if !providerName.MatchString(opt.Name) {
		return nil, errors.New("deliver: a reporter's name is of small letters, digits and dashes, at most 32")
	}
	if opt.Secrets == nil || opt.Now == nil || opt.Reports == nil {
		return nil, errors.New("deliver: secrets, clock and reports must be given")
	}
	if _, err := opt.Secrets(); err != nil {
		return nil, err
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &MailReports{opt}, nil
}

// mailEvent is the shape of a report on mail. Everything else in it is ignored.
type mailEvent struct {
	Type string `json:"type"` // message.delivered or message.failed; others change nothing
	Data struct {
		ID      string `json:"id"`       // the mail's Message-ID, with or without angle brackets
		Mark    string `json:"mark"`     // its X-Holdfast-Return, where the provider has it
		RelayID string `json:"relay_id"` // what the relay called the mail, in the place of ID
		To      string `json:"to"`       // the address, to be kept out of Detail; without it only Detail's numbers are kept
		Detail  string `json:"detail"`   // the reason, such as 552 5.2.2 mailbox full
	} `json:"data"`
}

// aRelayID is what relays call mail.
var aRelayID = regexp.MustCompile(`^[0-9A-Za-z._@+=-]{1,160}$`)

// statusNumbers are the numbers that a reason begins with (RFC 5321, RFC 3463).
var statusNumbers = regexp.MustCompile(`^[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?\b|^[245]\.\d{1,3}\.\d{1,3}\b`)

// detail is the reason without the address and its parts. Where the event does not
// say what the address is, words could hold a part of it: then only numbers stay.
func (e mailEvent) detail() string {
	to := strings.Trim(e.Data.To, " <>")
	if to == "" {
		return statusNumbers.FindString(strings.TrimSpace(e.Data.Detail))
	}
	return cleanDetail(e.Data.Detail, Letter{To: to})
}

// report is what an event says; false where it names no mail.
func (e mailEvent) report(relay string) (server.Report, bool) {
	r := server.Report{
		Channel: api.ChannelEmail, Mark: e.Data.Mark,
		State:  map[string]string{hookDelivered: api.DeliveryDelivered, hookFailed: api.DeliveryBounced}[e.Type],
		Detail: e.detail(),
	}
	id := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(e.Data.ID), "<"), ">")
	switch {
	case aMessageID.MatchString("<" + id + ">"):
		r.MessageID = id
		return r, true
	case id == "" && r.Mark == "" && relay != "" && aRelayID.MatchString(e.Data.RelayID):
		r.Provider = relay + "/" + e.Data.RelayID
		return r, true
	}
	return r, false
}

// Callback answers one report: 204 where it was taken in, or changes nothing; 403
// where the signature, its age or the mark is not right; 400 where it names no
// mail; 503 where it could not be stored and should be sent again. One that comes
// twice changes nothing the second time.
func (m *MailReports) Callback(ctx context.Context, _ string, h http.Header, body []byte) (int, string, []byte) {
	secrets, err := m.opt.Secrets()
	if err != nil {
		return http.StatusServiceUnavailable, "", nil
	}
	if CheckHook(h, secrets, m.opt.Now(), body) != nil {
		return http.StatusForbidden, "", nil
	}
	var e mailEvent
	if json.Unmarshal(body, &e) != nil {
		return http.StatusBadRequest, "", nil
	}
	r, ok := e.report(m.opt.Relay)
	if !ok {
		return http.StatusBadRequest, "", nil
	}
	err = m.opt.Reports.Take(ctx, r)
	switch {
	case errors.Is(err, server.ErrMark):
		return http.StatusForbidden, "", nil
	case err != nil:
		return http.StatusServiceUnavailable, "", nil
	}
	if r.State != "" {
		m.opt.Log.Info("a report on a mail", "reporter", m.opt.Name, "message_id", r.MessageID, "outcome", r.State, "detail", r.Detail)
	}
	return http.StatusNoContent, "", nil
}
