package server

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// AuditPurge is one removal of the oldest rows of the audit log, as stored. Its
// checkpoints say, for every account that ever lost rows, which row was the last to
// go and what hash it had: the row after it names that hash.
type AuditPurge struct {
	Number   int64 // from 1
	At       int64
	Before   int64 // rows from then on stay
	Accounts int64 // how many checkpoints there are
	// Chained is the row of the console's chain that names the checkpoints' tree,
	// Root the signed root that vouches for that row (zero until there is one), Done
	// when the last row was gone (zero until then).
	Chained, Root, Done int64
}

// Purges keeps purges and their checkpoints. The database lets a row go only where a
// purge with a root has a checkpoint at it or after it.
type Purges interface {
	// AuditPurges lists the newest, the newest first.
	AuditPurges(n int) ([]AuditPurge, error)
	// AddAuditPurge gives ErrExists for a number that is there; from then on the
	// checkpoints of that number are fixed.
	AddAuditPurge(AuditPurge) error
	// SaveAuditPurge saves Root and Done.
	SaveAuditPurge(AuditPurge) error
	AddCheckpoint(purge int64, l roots.Leaf) error
	Checkpoint(purge int64, account string) (roots.Leaf, error)
	// Checkpoints lists a purge's after an account, by account.
	Checkpoints(purge int64, after string, n int) ([]roots.Leaf, error)
	// DropCheckpoints drops those of the purges from one number to another.
	DropCheckpoints(from, to int64) error
	// AuditAccounts lists the accounts that have rows after one, by account.
	AuditAccounts(after string, n int) ([]string, error)
	// AuditFrom is the first row of an account that is not older than a time.
	AuditFrom(account string, at int64) (AuditRow, error)
	// RemoveAudit removes an account's rows up to one and says how many.
	RemoveAudit(account string, seq int64) (int64, error)
}

// Errors of PurgeAudit.
var (
	// ErrPurgeTampered says that the log is not as it was written: nothing is removed
	// that could show more about that.
	ErrPurgeTampered = errors.New("server: the audit log is not as it was written")
	// ErrPurgeUncovered says that no sound root is newer than what is to go.
	ErrPurgeUncovered = errors.New("server: no signed root covers what is to be removed")
	// ErrPurgeOther says that another process makes a root or a purge.
	ErrPurgeOther = errors.New("server: another process is at the audit log")
)

// Purged says what a purge did.
type Purged struct {
	Rows, Accounts int64
	Before         int64 // Unix seconds
}

// factPurger is the process that gathers checkpoints: where another one begins, the
// first leaves off.
const factPurger = "audit purger"

// eventPurged is the console's row about a purge.
const eventPurged = "audit.purged"

// PurgeAudit removes the rows of every chain that are older than a time, but never a
// chain's last row. It verifies the whole log first, with exported roots where some
// are given; then it gathers checkpoints, names their tree in the console's chain, has
// a root made over that, calls exported, and only then lets rows go. Where it was cut
// short it goes on, with the time of then; servers may run meanwhile. tell gets what
// is wrong with the log. Errors: ErrPurgeTampered, ErrPurgeUncovered, ErrPurgeOther,
// and those of tell and exported.
func (s *Service) PurgeAudit(
	ctx context.Context, before time.Time, exports []AuditExport, tell func(AuditFinding) error, exported func() error,
) (Purged, error) {
	report, err := s.VerifyTrail(ctx, exports, tell)
	if err != nil {
		return Purged{}, err
	}
	if report.Findings > 0 {
		return Purged{}, ErrPurgeTampered
	}
	p, err := s.lastPurge(ctx)
	if err != nil {
		return Purged{}, err
	}
	if p.Number == 0 || p.Done > 0 {
		if report.Covered < before.Unix()+rootLookout {
			return Purged{}, ErrPurgeUncovered
		}
		maker := int64(binary.BigEndian.Uint64(s.randomBytes(8)) >> 1) //nolint:gosec // 63 bits
		g := purger{s: s, id: maker, last: p, next: AuditPurge{Number: p.Number + 1, Before: before.Unix()}}
		if some, err := g.gather(ctx); err != nil || !some {
			return Purged{Before: before.Unix()}, err
		}
		if p, err = g.seal(ctx); err != nil {
			return Purged{}, err
		}
	}
	if p.Root == 0 {
		if p, err = s.vouchForPurge(ctx, p); err != nil {
			return Purged{}, err
		}
	}
	if err := exported(); err != nil {
		return Purged{}, err
	}
	return s.removePurged(ctx, p)
}

// lastPurge is the newest purge; the zero value where there is none.
func (s *Service) lastPurge(ctx context.Context) (p AuditPurge, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		p = AuditPurge{}
		list, err := tx.AuditPurges(1)
		if len(list) > 0 {
			p = list[0]
		}
		return err
	})
	return p, err
}

// purger gathers the checkpoints of one purge in many short transactions.
type purger struct {
	s          *Service
	id         int64
	last, next AuditPurge
}

func (g *purger) mine(ctx context.Context, fn func(*work) error) error {
	return g.s.store.Write(ctx, func(tx Tx) error {
		id, err := tx.Fact(factPurger)
		if err != nil {
			return err
		}
		if id != g.id {
			return ErrPurgeOther
		}
		return fn(&work{Service: g.s, tx: tx, now: g.s.time().Unix(), ctx: ctx})
	})
}

// gather makes a checkpoint for every account that has rows to lose, or lost some
// before, and says whether there is any row to lose.
func (g *purger) gather(ctx context.Context) (some bool, err error) {
	err = g.s.store.Write(ctx, func(tx Tx) error {
		return errors.Join(tx.SetFact(factPurger, g.id), tx.DropCheckpoints(g.next.Number, g.next.Number))
	})
	for after, more := "", true; more && err == nil; {
		from := after
		var found bool
		err = g.mine(ctx, func(w *work) error {
			found, after = false, from
			accounts, err := w.tx.AuditAccounts(from, auditPage)
			if err != nil {
				return err
			}
			more = len(accounts) == auditPage
			for _, account := range accounts {
				grew, err := g.checkpoint(w, account)
				if err != nil {
					return err
				}
				found, after = found || grew, account
			}
			return nil
		})
		some = some || found
	}
	return some, err
}

// checkpoint notes up to which row an account loses its rows, and says whether that
// is further than before.
func (g *purger) checkpoint(w *work, account string) (grew bool, err error) {
	was, err := w.tx.Checkpoint(g.last.Number, account)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	head, err := w.tx.LastAudit(account)
	if err != nil {
		return false, err
	}
	stays, err := w.tx.AuditFrom(account, g.next.Before)
	if errors.Is(err, ErrNotFound) {
		stays, err = head, nil
	}
	if err != nil {
		return false, err
	}
	cp := roots.Leaf{Account: account, Seq: stays.Seq - 1, Hash: stays.Prev}
	if cp.Seq <= was.Seq {
		cp = was
	}
	if cp.Seq == 0 {
		return false, nil
	}
	return cp.Seq > was.Seq, w.tx.AddCheckpoint(g.next.Number, cp)
}

// seal fixes the checkpoints and names their tree in the console's chain.
func (g *purger) seal(ctx context.Context) (AuditPurge, error) {
	tree, accounts, err := g.s.checkpointTree(ctx, g.next.Number)
	if err != nil {
		return g.next, err
	}
	err = g.mine(ctx, func(w *work) error {
		p := g.next
		p.At, p.Accounts = w.now, accounts
		row := AuditRow{Account: ConsoleTrail, Actor: actorOperator, Event: eventPurged, Detail: p.detail(tree)}
		if err := w.record(row); err != nil {
			return err
		}
		last, err := w.tx.LastAudit(ConsoleTrail)
		if err != nil {
			return err
		}
		p.Chained = last.Seq
		g.next = p
		return errors.Join(w.tx.AddAuditPurge(p), w.tx.SetFact(factPurger, 0))
	})
	return g.next, err
}

// detail is what the console's row says of a purge: with it, everything of the purge
// that counts is under a hash.
func (p AuditPurge) detail(tree string) string {
	return fmt.Sprintf("purge %d, rows before %s, checkpoints %d, tree %s", p.Number, stamp(p.Before), p.Accounts, tree)
}

// checkpointTree is the Merkle tree over a purge's checkpoints, base64url, and how
// many there are.
func (s *Service) checkpointTree(ctx context.Context, purge int64) (string, int64, error) {
	var tree roots.Tree
	err := s.eachCheckpoint(ctx, purge, func(l roots.Leaf) error { tree.Add(l.Bytes()); return nil })
	sum := tree.Root()
	return base64.RawURLEncoding.EncodeToString(sum[:]), tree.Count(), err
}

// eachCheckpoint calls fn for every checkpoint of a purge, by account.
func (s *Service) eachCheckpoint(ctx context.Context, purge int64, fn func(roots.Leaf) error) error {
	for after := ""; ; {
		var list []roots.Leaf
		err := s.store.Read(ctx, func(tx Tx) (err error) { list, err = tx.Checkpoints(purge, after, auditPage); return err })
		if err != nil || len(list) == 0 {
			return err
		}
		for _, l := range list {
			if err := fn(l); err != nil {
				return err
			}
			after = l.Account
		}
	}
}

// vouchForPurge has a root made that covers the console's row about a purge.
func (s *Service) vouchForPurge(ctx context.Context, p AuditPurge) (AuditPurge, error) {
	if _, err := s.makeAuditRoot(ctx, 0); err != nil {
		return p, err
	}
	v := verifier{Service: s}
	if err := v.loadKeys(ctx); err != nil {
		return p, err
	}
	var last AuditRoot
	err := s.store.Read(ctx, func(tx Tx) (err error) { last, err = tx.LastAuditRoot(); return err })
	if err != nil {
		return p, err
	}
	// Another process may have made a root over it before ours.
	for n := last.Number; n > max(last.Number-rootsBack, 0); n-- {
		p.Root = n
		if ok, err := v.vouched(ctx, p); err != nil || ok {
			if err == nil {
				err = s.store.Write(ctx, func(tx Tx) error { return tx.SaveAuditPurge(p) })
			}
			return p, err
		}
	}
	p.Root = 0
	return p, ErrPurgeOther
}

// rootsBack is how many roots are looked at for the one that covers a purge.
const rootsBack = 48

// removePurged lets the rows go that a purge's checkpoints name, and then forgets the
// checkpoints of earlier purges.
func (s *Service) removePurged(ctx context.Context, p AuditPurge) (Purged, error) {
	done := Purged{Before: p.Before}
	var page []roots.Leaf
	flush := func() error {
		var rows, accounts int64
		err := s.store.Write(ctx, func(tx Tx) error {
			rows, accounts = 0, 0
			for _, l := range page {
				n, err := tx.RemoveAudit(l.Account, l.Seq)
				if err != nil {
					return err
				}
				if rows += n; n > 0 {
					accounts++
				}
			}
			return nil
		})
		done.Rows, done.Accounts, page = done.Rows+rows, done.Accounts+accounts, page[:0]
		return err
	}
	err := s.eachCheckpoint(ctx, p.Number, func(l roots.Leaf) error {
		if page = append(page, l); len(page) < purgePage {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return done, err
	}
	p.Done = s.time().Unix()
	return done, s.store.Write(ctx, func(tx Tx) error {
		return errors.Join(tx.DropCheckpoints(0, p.Number-1), tx.SaveAuditPurge(p))
	})
}

// purgePage is how many accounts lose rows in one transaction.
const purgePage = 50
