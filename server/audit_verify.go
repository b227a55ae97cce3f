package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// What can be wrong with the audit log.
const (
	// AuditRowChanged: a row does not have the hash that it was written with.
	AuditRowChanged = "row-changed"
	// AuditRowMissing: a row inside a chain is gone.
	AuditRowMissing = "row-missing"
	// AuditCut: a chain ends before a row that a root knew.
	AuditCut = "cut"
	// AuditGone: an account that a root knew has no rows left.
	AuditGone = "gone"
	// AuditRewritten: a chain is sound in itself but is not the one that a root
	// knew: it was written anew, up to this row at least.
	AuditRewritten = "rewritten"
	// AuditRootMissing: a root is gone.
	AuditRootMissing = "root-missing"
	// AuditRootChanged: a root is not what was signed, or does not follow the one
	// before.
	AuditRootChanged = "root-changed"
	// AuditLeavesChanged: the list of accounts that a root covers was changed.
	AuditLeavesChanged = "leaves-changed"
	// AuditRootForked: another root of this number was exported.
	AuditRootForked = "root-forked"
	// AuditPurgeUnvouched: rows were removed as a purge does, and no root vouches for
	// that.
	AuditPurgeUnvouched = "purge-unvouched"
	// AuditExportBroken: an exported file is not what was signed.
	AuditExportBroken = "export-broken"
)

// AuditFinding is one thing that is wrong with the audit log.
type AuditFinding struct {
	What    string // one of the Audit constants
	Account string // empty where it is about a root
	Seq     int64  // the row; zero where it is about a root or all rows
	Root    int64  // the root that shows it; zero for a chain by itself
	File    string // the export that shows it; empty for the database
}

// AuditReport says how much was verified.
type AuditReport struct {
	Accounts, Rows, Roots, Leaves, Exports, Findings int64
	// Covered is when the newest sound root was made, Unix seconds: rows written
	// later are guarded by their chain alone. Zero without a root.
	Covered int64
}

// VerifyTrail walks every account's chain and every root, and every exported
// root, and tells each finding as it comes. It holds a page of rows at a time.
func (s *Service) VerifyTrail(ctx context.Context, exports []AuditExport, tell func(AuditFinding) error) (AuditReport, error) {
	v := verifier{Service: s, told: tell, bad: map[int64]bool{}, seen: map[AuditFinding]bool{}}
	err := v.loadKeys(ctx)
	if err == nil {
		err = v.loadPurge(ctx)
	}
	if err == nil {
		err = v.roots(ctx)
	}
	if err == nil {
		err = v.chains(ctx)
	}
	for _, x := range exports {
		if err == nil {
			err = v.exported(ctx, x)
		}
	}
	return v.report, err
}

// verifier is one run of VerifyTrail.
type verifier struct {
	*Service
	told   func(AuditFinding) error
	report AuditReport
	keys   map[string]ed25519.PublicKey
	// bad are the roots that the database no longer vouches for, seen what was told
	// of accounts already.
	bad  map[int64]bool
	seen map[AuditFinding]bool
	// purge is the number of the purge whose checkpoints count; zero for none.
	purge int64
}

func (v *verifier) find(f AuditFinding) error {
	once := f
	once.Root, once.File = 0, ""
	if f.Account != "" {
		if v.seen[once] {
			return nil
		}
		v.seen[once] = true
	}
	v.report.Findings++
	return v.told(f)
}

// loadKeys gives the keys that may have signed a root: those of which the
// database holds the private half, sealed under the master key. Whoever can write
// to the database alone cannot add one.
func (v *verifier) loadKeys(ctx context.Context) error {
	if err := v.RefreshKeys(ctx); err != nil {
		return err
	}
	v.keys = v.lastRing().issuers.vouched
	return nil
}

var errRoot = errors.New("server: not a signed audit root of this server")

// claims checks a signed root and gives what it says.
func (v *verifier) claims(signed string) (rootClaims, error) {
	var c rootClaims
	jws, err := jose.ParseSignedCompact(signed, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return c, errRoot
	}
	h := jws.Signatures[0].Protected
	key, known := v.keys[h.KeyID]
	if !known || h.ExtraHeaders[jose.HeaderType] != RootType {
		return c, errRoot
	}
	payload, err := jws.Verify(key)
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return c, errRoot
	}
	return c, nil
}

// roots walks the roots and their leaves.
func (v *verifier) roots(ctx context.Context) error {
	var last AuditRoot
	for {
		list, err := v.AuditRootsAfter(ctx, last.Number)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			if r.Number > last.Number+1 {
				if err := v.find(AuditFinding{What: AuditRootMissing, Root: last.Number + 1}); err != nil {
					return err
				}
			}
			if err := v.root(ctx, last, r); err != nil {
				return err
			}
			last = r
		}
	}
}

// root checks one root: its signature, its place behind the one before, and that
// its leaves are those that were signed and that the log still has them.
func (v *verifier) root(ctx context.Context, last, r AuditRoot) error {
	v.report.Roots++
	c, err := v.claims(r.Signed)
	follows := last.Number != r.Number-1 || c.Prev == rootSum(last.Signed)
	same := c.Number == r.Number && c.At == r.At && c.Epoch == r.Epoch && c.Accounts == r.Accounts
	if err != nil || !same || !follows {
		v.bad[r.Number] = true
		if err := v.find(AuditFinding{What: AuditRootChanged, Root: r.Number}); err != nil {
			return err
		}
	}
	var tree roots.Tree
	err = v.eachLeaf(ctx, r.Number, func(tx Tx, l roots.Leaf) error {
		v.report.Leaves++
		tree.Add(l.Bytes())
		return v.leaf(tx, r.Number, "", l)
	})
	if err != nil {
		return err
	}
	if sum := tree.Root(); c.Tree != base64.RawURLEncoding.EncodeToString(sum[:]) {
		v.bad[r.Number] = true
		return v.find(AuditFinding{What: AuditLeavesChanged, Root: r.Number})
	}
	if !v.bad[r.Number] {
		v.report.Covered = max(v.report.Covered, r.At)
	}
	return nil
}

// leaf says whether the log still has the row that a root knew as an account's
// last.
func (v *verifier) leaf(tx Tx, root int64, file string, l roots.Leaf) error {
	f := AuditFinding{Account: l.Account, Seq: l.Seq, Root: root, File: file}
	row, err := tx.AuditRow(l.Account, l.Seq)
	if err == nil {
		if !bytes.Equal(row.Hash, l.Hash) {
			f.What = AuditRewritten
			return v.find(f)
		}
		return nil
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	cp, err := v.checkpoint(tx, l.Account)
	if err != nil {
		return err
	}
	if l.Seq < cp.Seq || l.Seq == cp.Seq && bytes.Equal(l.Hash, cp.Hash) {
		return nil // it was there when a root vouched for the purge
	}
	last, err := tx.LastAudit(l.Account)
	switch {
	case errors.Is(err, ErrNotFound):
		f.What, f.Seq = AuditGone, 0
	case err != nil:
		return err
	case last.Seq < l.Seq:
		f.What, f.Seq = AuditCut, last.Seq+1
	default:
		f.What = AuditRowMissing
	}
	return v.find(f)
}

// chains walks all rows, account after account.
func (v *verifier) chains(ctx context.Context) error {
	var last, at AuditRow // the row before in its chain, and where the walk is
	for {
		var rows []AuditRow
		err := v.store.Read(ctx, func(tx Tx) (err error) {
			rows, err = tx.WholeAudit(at, auditPage)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if r.Account != last.Account {
				v.report.Accounts++
				if last, err = v.beginning(ctx, r); err != nil {
					return err
				}
			}
			if err := v.link(last, r); err != nil {
				return err
			}
			if r.Seq > last.Seq {
				last = r
			}
			at = r
			v.report.Rows++
		}
	}
}

// link checks a row behind the one before it. A row whose own hash is right and
// that names another hash before it shows that the row before was changed.
func (v *verifier) link(last, r AuditRow) error {
	f := AuditFinding{What: AuditRowChanged, Account: r.Account, Seq: r.Seq}
	if r.Seq > last.Seq+1 {
		missing := AuditFinding{What: AuditRowMissing, Account: r.Account, Seq: last.Seq + 1}
		if err := v.find(missing); err != nil {
			return err
		}
	}
	switch {
	case r.Seq <= last.Seq || !bytes.Equal(r.Hash, auditHash(r)):
		return v.find(f)
	case r.Seq == last.Seq+1 && !bytes.Equal(r.Prev, last.Hash):
		f.Seq = max(last.Seq, 1)
		return v.find(f)
	}
	return nil
}
