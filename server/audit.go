package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Actors of audit rows.
const (
	actorDevice   = "device"
	actorOperator = "operator"
	actorServer   = "server"
)

// ConsoleTrail is the chain of what belongs to no account: sign-ins to the console
// and its users. No account has this number.
const ConsoleTrail = "0"

// auditPage is how many rows VerifyAudit reads at a time.
const auditPage = 500

// note adds an event of a device to its account's log, done by the device's key.
func (w *work) note(dev Device, event, result, detail string) error {
	return w.record(AuditRow{
		Account: dev.Account, Actor: actorDevice, Device: dev.ID, Event: event, Result: result, Detail: detail,
	})
}

// record adds a row to an account's chain. It never holds a code, an address or
// a value.
func (w *work) record(row AuditRow) error {
	last, err := w.tx.LastAudit(row.Account)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	row.Seq, row.At, row.Prev = last.Seq+1, w.now, last.Hash
	if w.c.IP.IsValid() {
		row.IP = w.index("audit ip", w.c.IP.Unmap().String())
	}
	row.Hash = auditHash(row)
	return w.tx.AddAudit(row)
}

// auditHash is SHA-256 over the row before's hash and every field, each with
// its length in front.
func auditHash(r AuditRow) []byte {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	part(r.Prev)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.Seq))) //nolint:gosec // counts from 1
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.At)))  //nolint:gosec // a time after 1970
	for _, s := range []string{r.Account, r.Actor, r.Device, r.Event, r.Result, r.Detail} {
		part([]byte(s))
	}
	part(r.IP)
	if r.Facts != "" { // rows from before there were facts keep their hash
		part([]byte(r.Facts))
	}
	return h.Sum(nil)
}

// VerifyAudit walks an account's log from its beginning, or from where a purge left
// it, and says where the
// chain breaks, if it does.
func (s *Service) VerifyAudit(ctx context.Context, account string) error {
	last, err := s.purgedTo(ctx, account)
	if err != nil {
		return err
	}
	for {
		var rows []AuditRow
		err := s.store.Read(ctx, func(tx Tx) (err error) {
			rows, err = tx.Audit(account, last.Seq, auditPage)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if r.Seq != last.Seq+1 || !bytes.Equal(r.Prev, last.Hash) || !bytes.Equal(r.Hash, auditHash(r)) {
				return fmt.Errorf("server: the audit log breaks at row %d", r.Seq)
			}
			last = r
		}
	}
}
