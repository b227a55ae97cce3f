package store

import (
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

var auditRoots = newTable("audit_roots", "number", "at", "epoch", "accounts", "signed")

func scanRoot(r scanner) (a server.AuditRoot, err error) {
	err = r.Scan(&a.Number, &a.At, &a.Epoch, &a.Accounts, &a.Signed)
	return a, err
}

func scanLeaf(r scanner) (l roots.Leaf, err error) {
	err = r.Scan(&l.Account, &l.Seq, &l.Hash)
	return l, err
}

func (t *tx) AddAuditRoot(a server.AuditRoot) error {
	return t.exec(auditRoots.insert, a.Number, a.At, a.Epoch, a.Accounts, a.Signed)
}

func (t *tx) LastAuditRoot() (server.AuditRoot, error) {
	return one(t, scanRoot, auditRoots.selected+"ORDER BY number DESC LIMIT 1")
}

func (t *tx) AuditRoot(number int64) (server.AuditRoot, error) {
	return one(t, scanRoot, auditRoots.selected+"WHERE number = $1", number)
}

func (t *tx) AuditRoots(after int64, n int) ([]server.AuditRoot, error) {
	return all(t, scanRoot, auditRoots.selected+"WHERE number > $1 ORDER BY number LIMIT $2", after, n)
}

func (t *tx) SetLeaf(root int64, l roots.Leaf) error {
	return t.exec(`INSERT INTO audit_leaves (root, account, seq, hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (root, account) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
		WHERE excluded.seq > audit_leaves.seq`, root, l.Account, l.Seq, l.Hash)
}

func (t *tx) Leaves(root int64, after string, n int) ([]roots.Leaf, error) {
	return all(t, scanLeaf, `SELECT account, seq, hash FROM audit_leaves
		WHERE root = $1 AND account > $2 ORDER BY account LIMIT $3`, root, after, n)
}

func (t *tx) DropLeaves(root int64) error {
	return t.exec("DELETE FROM audit_leaves WHERE root = $1", root)
}

func (t *tx) AuditSince(after server.AuditRow, n int) ([]server.AuditRow, error) {
	return all(t, scanAudit, audit.selected+"WHERE (at, account, seq) > ($1, $2, $3) ORDER BY at, account, seq LIMIT $4",
		after.At, after.Account, after.Seq, n)
}

func (t *tx) AuditRow(account string, seq int64) (server.AuditRow, error) {
	return one(t, scanAudit, audit.selected+"WHERE account = $1 AND seq = $2", account, seq)
}

func (t *tx) WholeAudit(after server.AuditRow, n int) ([]server.AuditRow, error) {
	return all(t, scanAudit, audit.selected+"WHERE (account, seq) > ($1, $2) ORDER BY account, seq LIMIT $3",
		after.Account, after.Seq, n)
}
