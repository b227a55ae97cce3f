package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
)

// TrailPage is a page of an account's audit log, oldest first.
type TrailPage struct {
	Account string // ConsoleTrail for the console's own
	Rows    []AuditRow
	After   int64 // where the next page goes on; zero after the last
}

// StaffAudit shows a page of the audit log of an account, or of the console where
// number is ConsoleTrail, after a row. Errors: ErrNoSeat, ErrNoRight, not_found.
func (s *Service) StaffAudit(ctx context.Context, seat Seat, number string, after int64) (p TrailPage, err error) {
	err = s.as(ctx, seat, RightAudit, func(w *work) error {
		if p.Account, err = trailOf(number); err != nil {
			return err
		}
		p.Rows, err = w.tx.Audit(p.Account, after, auditShown+1)
		if err == nil && len(p.Rows) == 0 && after == 0 {
			err = api.NewError(api.CodeNotFound)
		}
		if p.After = 0; len(p.Rows) > auditShown {
			p.Rows = p.Rows[:auditShown]
			p.After = p.Rows[auditShown-1].Seq
		}
		return err
	})
	return p, err
}

// auditShown is how many rows a page shows.
const auditShown = 100

func trailOf(number string) (string, error) {
	if strings.TrimSpace(number) == ConsoleTrail {
		return ConsoleTrail, nil
	}
	n := code.Normalise(number)
	if !code.ValidAccount(n) {
		return "", api.NewError(api.CodeNotFound)
	}
	return n, nil
}

// auditLine is a row as it is exported: everything that its hash covers.
type auditLine struct {
	Account string          `json:"account"`
	Seq     int64           `json:"seq"`
	At      string          `json:"at"`
	Actor   string          `json:"actor"`
	Device  string          `json:"device,omitempty"`
	Event   string          `json:"event"`
	Result  string          `json:"result,omitempty"`
	Detail  string          `json:"detail,omitempty"`
	Facts   json.RawMessage `json:"facts,omitempty"`
	IP      []byte          `json:"ip,omitempty"`
	Prev    []byte          `json:"prev"`
	Hash    []byte          `json:"hash"`
}

// StaffAuditExport writes the audit log of an account, JSON lines, oldest first;
// the export itself is noted there. Errors: ErrNoSeat, ErrNoRight, ErrNotFresh,
// not_found, and those of w.
func (s *Service) StaffAuditExport(ctx context.Context, seat Seat, number string, w io.Writer) error {
	account := ""
	err := s.as(ctx, seat, RightExport, func(w *work) (err error) {
		if account, err = trailOf(number); err != nil {
			return err
		}
		if _, err := w.tx.LastAudit(account); errors.Is(err, ErrNotFound) {
			return api.NewError(api.CodeNotFound)
		}
		return w.record(AuditRow{Account: account, Actor: w.actor(), Event: "audit.exported", Detail: w.onBehalf("")})
	})
	if err != nil {
		return err
	}
	out, after := json.NewEncoder(w), int64(0)
	for {
		var rows []AuditRow
		err := s.store.Read(ctx, func(tx Tx) (err error) { rows, err = tx.Audit(account, after, auditPage); return err })
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			line := auditLine{
				r.Account, r.Seq, stamp(r.At), r.Actor, r.Device, r.Event, r.Result, r.Detail, json.RawMessage(r.Facts), r.IP, r.Prev, r.Hash,
			}
			if err := out.Encode(line); err != nil {
				return err
			}
			after = r.Seq
		}
	}
}

// StaffRoots lists the newest roots of the audit log, newest first. Errors:
// ErrNoSeat, ErrNoRight.
func (s *Service) StaffRoots(ctx context.Context, seat Seat) (list []AuditRoot, err error) {
	err = s.as(ctx, seat, RightAudit, func(w *work) error {
		list = nil
		last, err := w.tx.LastAuditRoot()
		for n := last.Number; err == nil && n > 0 && len(list) < auditShown; n-- {
			var r AuditRoot
			if r, err = w.tx.AuditRoot(n); err == nil {
				list = append(list, r)
			}
		}
		if errors.Is(err, ErrNotFound) { // none yet, or one is missing: verify-audit says so
			err = nil
		}
		return err
	})
	return list, err
}

// StaffRootExport writes a root with its leaves to what open gives for it. Errors:
// ErrNoSeat, ErrNoRight, ErrNotFresh, not_found, and those of the writer.
func (s *Service) StaffRootExport(ctx context.Context, seat Seat, number int64, open func(AuditRoot) io.Writer) error {
	var root AuditRoot
	err := s.as(ctx, seat, RightExport, func(w *work) (err error) {
		root, err = w.tx.AuditRoot(number)
		if errors.Is(err, ErrNotFound) {
			err = api.NewError(api.CodeNotFound)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.ExportAuditRoot(ctx, root, open(root))
}

// Waiting counts messages that wait in one state on one channel.
type Waiting struct {
	State, Channel string
	Count          int64
	Oldest         int64 // when the oldest was made
}

// Health is what the health page shows.
type Health struct {
	Waiting []Waiting
	// Root is the last root of the audit log, the zero value for none; RootLate says
	// that the next one is overdue.
	Root     AuditRoot
	RootLate bool
	Epoch    int64 // how often a backup was put back
	At       time.Time
}

// StaffHealth says whether messages go out and roots are made. Errors: ErrNoSeat,
// ErrNoRight.
func (s *Service) StaffHealth(ctx context.Context, seat Seat) (h Health, err error) {
	err = s.as(ctx, seat, RightHealth, func(w *work) error {
		h = Health{At: time.Unix(w.now, 0).UTC()}
		if h.Waiting, err = w.tx.WaitingMessages(); err != nil {
			return err
		}
		if h.Root, err = w.tx.LastAuditRoot(); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		h.RootLate = w.now > h.Root.At+rootEvery+rootLookout
		h.Epoch, err = w.tx.Fact(factEpoch)
		return err
	})
	return h, err
}

// StaffLimits lists the limits that hold. Errors: ErrNoSeat, ErrNoRight.
func (s *Service) StaffLimits(ctx context.Context, seat Seat) (list []Parameter, err error) {
	err = s.as(ctx, seat, RightLimits, func(*work) error { list = s.limits.Table(); return nil })
	return list, err
}
