package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// loadPurge finds the purge whose checkpoints count: the newest that a root vouches
// for. One that says so of itself and for which none does is told, and then every
// row that it removed counts as gone.
func (v *verifier) loadPurge(ctx context.Context) error {
	var list []AuditPurge
	err := v.store.Read(ctx, func(tx Tx) (err error) { list, err = tx.AuditPurges(2); return err })
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Root == 0 {
			continue // under way: it has removed nothing
		}
		ok, err := v.vouched(ctx, p)
		if err != nil {
			return err
		}
		if ok {
			v.purge = p.Number
			return nil
		}
		return v.find(AuditFinding{What: AuditPurgeUnvouched, Account: ConsoleTrail, Seq: p.Chained, Root: p.Root})
	}
	return nil
}

// vouched says whether a purge's root covers the console's row about it, and whether
// that row names the checkpoints that are there.
func (v *verifier) vouched(ctx context.Context, p AuditPurge) (bool, error) {
	var r AuditRoot
	err := v.store.Read(ctx, func(tx Tx) (err error) { r, err = tx.AuditRoot(p.Root); return err })
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c, err := v.claims(r.Signed)
	if err != nil || c.Number != p.Root {
		return false, nil //nolint:nilerr // then it vouches for nothing
	}
	var head roots.Leaf
	var tree roots.Tree
	err = v.eachLeaf(ctx, p.Root, func(_ Tx, l roots.Leaf) error {
		tree.Add(l.Bytes())
		if l.Account == ConsoleTrail {
			head = l
		}
		return nil
	})
	if sum := tree.Root(); err != nil || c.Tree != base64.RawURLEncoding.EncodeToString(sum[:]) || head.Seq < p.Chained {
		return false, err
	}
	row, err := v.linked(ctx, p.Chained, head)
	if err != nil || row.Event != eventPurged {
		return false, err
	}
	named, count, err := v.checkpointTree(ctx, p.Number)
	return err == nil && count == p.Accounts && row.Detail == p.detail(named), err
}

// linked gives a row of the console's chain that hangs together with a later one
// whose hash is known; the zero value where it does not.
func (v *verifier) linked(ctx context.Context, seq int64, head roots.Leaf) (AuditRow, error) {
	var first, last AuditRow
	for last.Seq < head.Seq {
		var rows []AuditRow
		err := v.store.Read(ctx, func(tx Tx) (err error) {
			rows, err = tx.Audit(ConsoleTrail, max(last.Seq, seq-1), auditPage)
			return err
		})
		if err != nil || len(rows) == 0 {
			return AuditRow{}, err
		}
		for _, r := range rows {
			switch {
			case !bytes.Equal(r.Hash, auditHash(r)):
				return AuditRow{}, nil
			case first.Seq == 0 && r.Seq == seq:
				first = r
			case r.Seq != last.Seq+1 || !bytes.Equal(r.Prev, last.Hash):
				return AuditRow{}, nil
			}
			if last = r; r.Seq == head.Seq {
				break
			}
		}
	}
	if !bytes.Equal(last.Hash, head.Hash) {
		return AuditRow{}, nil
	}
	return first, nil
}

// checkpoint is that of an account; the zero value where it has none that counts.
func (v *verifier) checkpoint(tx Tx, account string) (roots.Leaf, error) {
	if v.purge == 0 {
		return roots.Leaf{}, nil
	}
	cp, err := tx.Checkpoint(v.purge, account)
	if errors.Is(err, ErrNotFound) {
		return roots.Leaf{}, nil
	}
	return cp, err
}

// beginning is what stands before the first row that an account has: nothing, or its
// checkpoint. Rows that a purge has not come to yet hang on what is gone by their
// first one's word, and must lead to the checkpoint.
func (v *verifier) beginning(ctx context.Context, r AuditRow) (AuditRow, error) {
	none := AuditRow{Account: r.Account}
	var cp roots.Leaf
	var last AuditRow
	err := v.store.Read(ctx, func(tx Tx) (err error) {
		if cp, err = v.checkpoint(tx, r.Account); err != nil || cp.Seq < r.Seq {
			return err
		}
		last, err = tx.AuditRow(r.Account, cp.Seq)
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
		return err
	})
	switch {
	case err != nil || cp.Seq == 0:
		return none, err
	case r.Seq > cp.Seq:
		return AuditRow{Account: r.Account, Seq: cp.Seq, Hash: cp.Hash}, nil
	case !bytes.Equal(last.Hash, cp.Hash):
		f := AuditFinding{What: AuditRowChanged, Account: r.Account, Seq: cp.Seq, Root: 0}
		return none, v.find(f)
	}
	return AuditRow{Account: r.Account, Seq: r.Seq - 1, Hash: r.Prev}, nil
}

// purgedTo is the last row that an account lost to purges, by its number and hash; the
// zero value where it lost none.
func (s *Service) purgedTo(ctx context.Context, account string) (last AuditRow, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		last = AuditRow{}
		rows, err := tx.Audit(account, 0, 1)
		if err != nil || len(rows) == 0 || rows[0].Seq == 1 {
			return err
		}
		list, err := tx.AuditPurges(2)
		for _, p := range list {
			cp, err := tx.Checkpoint(p.Number, account)
			if err == nil && p.Root > 0 {
				last = AuditRow{Account: account, Seq: cp.Seq, Hash: cp.Hash}
				return nil
			}
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		return err
	})
	return last, err
}
