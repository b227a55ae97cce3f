package store

import (
	"fmt"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/roots"
)

var auditPurges = newTable("audit_purges", "number", "at", "before", "accounts", "noted", "root", "done")

func scanPurge(r scanner) (p server.AuditPurge, err error) {
	err = r.Scan(&p.Number, &p.At, &p.Before, &p.Accounts, &p.Chained, &p.Root, &p.Done)
	return p, err
}

func (t *tx) AuditPurges(n int) ([]server.AuditPurge, error) {
	return all(t, scanPurge, auditPurges.selected+"ORDER BY number DESC LIMIT $1", n)
}

func (t *tx) AddAuditPurge(p server.AuditPurge) error {
	return t.exec(auditPurges.insert, p.Number, p.At, p.Before, p.Accounts, p.Chained, p.Root, p.Done)
}

func (t *tx) SaveAuditPurge(p server.AuditPurge) error {
	return t.exec("UPDATE audit_purges SET root = $2, done = $3 WHERE number = $1", p.Number, p.Root, p.Done)
}

func (t *tx) AddCheckpoint(purge int64, l roots.Leaf) error {
	return t.exec("INSERT INTO audit_checkpoints (purge, account, seq, hash) VALUES ($1, $2, $3, $4)", purge, l.Account, l.Seq, l.Hash)
}

func (t *tx) Checkpoint(purge int64, account string) (roots.Leaf, error) {
	return one(t, scanLeaf, "SELECT account, seq, hash FROM audit_checkpoints WHERE purge = $1 AND account = $2", purge, account)
}

func (t *tx) Checkpoints(purge int64, after string, n int) ([]roots.Leaf, error) {
	return all(t, scanLeaf, `SELECT account, seq, hash FROM audit_checkpoints
		WHERE purge = $1 AND account > $2 ORDER BY account LIMIT $3`, purge, after, n)
}

func (t *tx) DropCheckpoints(from, to int64) error {
	return t.exec("DELETE FROM audit_checkpoints WHERE purge BETWEEN $1 AND $2", from, to)
}

func (t *tx) AuditAccounts(after string, n int) ([]string, error) {
	return all(t, scanText, "SELECT account FROM audit WHERE account > $1 GROUP BY account ORDER BY account LIMIT $2", after, n)
}

func (t *tx) AuditFrom(account string, at int64) (server.AuditRow, error) {
	return one(t, scanAudit, audit.selected+"WHERE account = $1 AND at >= $2 ORDER BY seq LIMIT 1", account, at)
}

func (t *tx) RemoveAudit(account string, seq int64) (int64, error) {
	r, err := t.t.exec(t.ctx, "DELETE FROM audit WHERE account = $1 AND seq <= $2", account, seq)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return r.RowsAffected()
}
