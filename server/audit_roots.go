package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// AuditRoot is one root of the audit log as stored.
type AuditRoot struct {
	Number   int64 // from 1
	At       int64
	Epoch    int64 // the restore epoch that it was made in
	Accounts int64 // how many accounts' chains it covers
	Signed   string
}

// Roots keeps the roots of the audit log and their leaves.
type Roots interface {
	// AddAuditRoot gives ErrExists for a number that is there; from then on the
	// leaves of that number are fixed.
	AddAuditRoot(AuditRoot) error
	LastAuditRoot() (AuditRoot, error)
	AuditRoot(number int64) (AuditRoot, error)
	// AuditRoots lists the roots after a number, the oldest first.
	AuditRoots(after int64, n int) ([]AuditRoot, error)
	// SetLeaf sets the leaf of an account, unless a later row's is there.
	SetLeaf(root int64, l roots.Leaf) error
	// Leaves lists a root's leaves after an account, by account.
	Leaves(root int64, after string, n int) ([]roots.Leaf, error)
	DropLeaves(root int64) error
	// AuditSince lists rows of all accounts after one, by time, account and number.
	AuditSince(after AuditRow, n int) ([]AuditRow, error)
	AuditRow(account string, seq int64) (AuditRow, error)
	Purges
	// WholeAudit lists rows of all accounts after one, by account and number.
	WholeAudit(after AuditRow, n int) ([]AuditRow, error)
}

// RootType is the typ of a signed root of the audit log.
const RootType = "holdfast-audit-root+jwt"

// rootClaims are what a root says.
type rootClaims struct {
	Issuer string `json:"iss"`
	At     int64  `json:"iat"`
	Number int64  `json:"num"`
	Epoch  int64  `json:"epoch"`
	// Prev is SHA-256 of the signed root before, base64url; empty for the first.
	Prev string `json:"prev"`
	// Tree is the root of the Merkle tree over the leaves, base64url.
	Tree     string `json:"tree"`
	Accounts int64  `json:"accounts"`
}

// Times of roots, in seconds. A row that is committed later than the time in it,
// or by a machine whose clock is behind, still gets into the next root.
const (
	rootEvery   = int64(time.Hour / time.Second)
	rootLookout = int64(15 * time.Minute / time.Second)
	rootLease   = int64(5 * time.Minute / time.Second)
)

// Facts that let one process at a time make a root.
const (
	factRootMaker = "audit root maker"
	factRootLease = "audit root lease"
)

var errOtherMaker = errors.New("server: another process makes the audit root")

// MakeAuditRoot makes the next root of the audit log if the last one is an hour
// old, or there is none, and says whether it did. Of several processes one makes
// it; one that dies over it is relieved after five minutes.
func (s *Service) MakeAuditRoot(ctx context.Context) (bool, error) {
	return s.makeAuditRoot(ctx, rootEvery)
}

// makeAuditRoot makes the next root if the last one is older than that many seconds.
func (s *Service) makeAuditRoot(ctx context.Context, every int64) (bool, error) {
	maker := int64(binary.BigEndian.Uint64(s.randomBytes(8)) >> 1) //nolint:gosec // 63 bits
	m := rootMaker{s: s, id: maker, every: every}
	due, err := m.begin(ctx)
	if err == nil && due {
		err = m.gather(ctx)
	}
	if err == nil && due {
		err = m.seal(ctx)
	}
	if errors.Is(err, errOtherMaker) {
		return false, nil
	}
	return due && err == nil, err
}

// rootMaker makes one root in many short transactions.
type rootMaker struct {
	s     *Service
	id    int64
	every int64 // seconds
	next  AuditRoot
	last  AuditRoot // the zero value where next is the first
}

func (m *rootMaker) begin(ctx context.Context) (due bool, err error) {
	err = m.s.store.Write(ctx, func(tx Tx) error {
		due = false
		now := m.s.time().Unix()
		if m.last, err = tx.LastAuditRoot(); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if m.last.Number > 0 && now < m.last.At+m.every {
			return nil
		}
		lease, err := tx.Fact(factRootLease)
		if err != nil || lease > now {
			return err
		}
		epoch, err := tx.Fact(factEpoch)
		if err != nil {
			return err
		}
		due = true
		m.next = AuditRoot{Number: m.last.Number + 1, At: now, Epoch: epoch}
		if err := tx.SetFact(factRootMaker, m.id); err != nil {
			return err
		}
		return errors.Join(tx.SetFact(factRootLease, now+rootLease), tx.DropLeaves(m.next.Number))
	})
	return due, err
}

// mine runs a part of the work if no other process has taken it over.
func (m *rootMaker) mine(ctx context.Context, fn func(Tx) error) error {
	return m.s.store.Write(ctx, func(tx Tx) error {
		id, err := tx.Fact(factRootMaker)
		if err != nil {
			return err
		}
		if id != m.id {
			return errOtherMaker
		}
		if err := tx.SetFact(factRootLease, m.s.time().Unix()+rootLease); err != nil {
			return err
		}
		return fn(tx)
	})
}

// gather makes leaves of the heads of all chains that grew since the last root.
func (m *rootMaker) gather(ctx context.Context) error {
	var at AuditRow
	if m.last.Number > 0 {
		at.At = m.last.At - rootLookout
	}
	for {
		var rows []AuditRow
		err := m.s.store.Read(ctx, func(tx Tx) (err error) {
			rows, err = tx.AuditSince(at, auditPage)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		heads := map[string]roots.Leaf{}
		for _, r := range rows {
			if r.Seq > heads[r.Account].Seq {
				heads[r.Account] = roots.Leaf{Account: r.Account, Seq: r.Seq, Hash: r.Hash}
			}
		}
		err = m.mine(ctx, func(tx Tx) error {
			for _, l := range heads {
				if err := tx.SetLeaf(m.next.Number, l); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		at = rows[len(rows)-1]
	}
}

// seal hashes the leaves, and signs and stores the root.
func (m *rootMaker) seal(ctx context.Context) error {
	var tree roots.Tree
	err := m.s.eachLeaf(ctx, m.next.Number, func(_ Tx, l roots.Leaf) error { tree.Add(l.Bytes()); return nil })
	if err != nil {
		return err
	}
	m.next.Accounts = tree.Count()
	sum, b64 := tree.Root(), base64.RawURLEncoding
	claims := rootClaims{
		Issuer: m.s.origin, At: m.next.At, Number: m.next.Number, Epoch: m.next.Epoch,
		Prev: rootSum(m.last.Signed), Tree: b64.EncodeToString(sum[:]), Accounts: m.next.Accounts,
	}
	if m.next.Signed, err = m.s.signed(ctx, RootType, claims); err != nil {
		return err
	}
	return m.mine(ctx, func(tx Tx) error {
		return errors.Join(tx.AddAuditRoot(m.next), tx.SetFact(factRootLease, 0))
	})
}

// rootSum is how a root names the one before; empty for none.
func rootSum(signed string) string {
	if signed == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// eachLeaf calls fn for every leaf of a root, by account, inside the transaction
// that read it.
func (s *Service) eachLeaf(ctx context.Context, root int64, fn func(Tx, roots.Leaf) error) error {
	after, done := "", false
	for !done {
		err := s.store.Read(ctx, func(tx Tx) error {
			list, err := tx.Leaves(root, after, auditPage)
			if err != nil {
				return err
			}
			done = len(list) < auditPage
			for _, l := range list {
				if err := fn(tx, l); err != nil {
					return err
				}
				after = l.Account
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AuditRootsAfter lists up to 500 roots after a number, the oldest first, for
// export.
func (s *Service) AuditRootsAfter(ctx context.Context, after int64) (list []AuditRoot, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		list, err = tx.AuditRoots(after, auditPage)
		return err
	})
	return list, err
}

// ExportAuditRoot writes one root with its leaves, as package roots reads it.
func (s *Service) ExportAuditRoot(ctx context.Context, r AuditRoot, w io.Writer) error {
	x, err := roots.NewWriter(w, r.Signed)
	if err != nil {
		return err
	}
	if err := s.eachLeaf(ctx, r.Number, func(_ Tx, l roots.Leaf) error { return x.Leaf(l) }); err != nil {
		return err
	}
	return x.Flush()
}
