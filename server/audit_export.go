package server

import (
	"context"
	"encoding/base64"
	"errors"
	"io"

	"github.com/seed-1feef0b2/holdfast/server/roots"
)

// AuditExport is one exported root to compare with. It is opened twice.
type AuditExport struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// exported compares an exported root with the database, and where the database
// does not vouch for it, its leaves with the log.
func (v *verifier) exported(ctx context.Context, x AuditExport) error {
	v.report.Exports++
	c, err := v.soundExport(x)
	if errors.Is(err, roots.ErrForm) || errors.Is(err, errRoot) {
		return v.find(AuditFinding{What: AuditExportBroken, Root: c.Number, File: x.Name})
	}
	if err != nil {
		return err
	}
	doubt, err := v.compareRoot(ctx, x.Name, c)
	if err != nil || !doubt {
		return err
	}
	return v.compareLeaves(ctx, x, c.Number)
}

// exportClaims are what an export says, and its signed form.
type exportClaims struct {
	rootClaims
	signed string
}

// soundExport reads an export and checks that it is what was signed.
func (v *verifier) soundExport(x AuditExport) (c exportClaims, err error) {
	var tree roots.Tree
	err = x.read(func(signed string) error {
		c.signed = signed
		c.rootClaims, err = v.claims(signed)
		return err
	}, func(l roots.Leaf) error { tree.Add(l.Bytes()); return nil })
	sum := tree.Root()
	if err == nil && c.Tree != base64.RawURLEncoding.EncodeToString(sum[:]) {
		err = errRoot
	}
	return c, err
}

func (x AuditExport) read(root func(string) error, leaf func(roots.Leaf) error) error {
	f, err := x.Open()
	if err != nil {
		return err
	}
	return errors.Join(roots.Read(f, root, leaf), f.Close())
}

// compareRoot says whether the leaves of an export must be looked for in the log:
// the database has another root of that number, none, or one that is broken.
func (v *verifier) compareRoot(ctx context.Context, file string, c exportClaims) (doubt bool, err error) {
	var r AuditRoot
	err = v.store.Read(ctx, func(tx Tx) (err error) { r, err = tx.AuditRoot(c.Number); return err })
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	if r.Signed == c.signed {
		return v.bad[c.Number], nil
	}
	f := AuditFinding{What: AuditRootForked, Root: c.Number, File: file}
	if r.Number == 0 {
		f.What = AuditRootMissing
	}
	return true, v.find(f)
}

// compareLeaves looks for an export's leaves in the log, a page at a time.
func (v *verifier) compareLeaves(ctx context.Context, x AuditExport, root int64) error {
	var page []roots.Leaf
	flush := func() error {
		err := v.store.Read(ctx, func(tx Tx) error {
			for _, l := range page {
				if err := v.leaf(tx, root, x.Name, l); err != nil {
					return err
				}
			}
			return nil
		})
		page = page[:0]
		return err
	}
	err := x.read(func(string) error { return nil }, func(l roots.Leaf) error {
		if page = append(page, l); len(page) < auditPage {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
