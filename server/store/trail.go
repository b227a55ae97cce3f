package store

import "github.com/seed-1feef0b2/holdfast/server"

var audit = newTable("audit", "account", "seq", "at", "actor", "device", "event", "result", "detail", "facts", "ip", "prev", "hash")

func scanAudit(r scanner) (a server.AuditRow, err error) {
	err = r.Scan(&a.Account, &a.Seq, &a.At, &a.Actor, &a.Device, &a.Event, &a.Result, &a.Detail, &a.Facts, &a.IP, &a.Prev, &a.Hash)
	return a, err
}

func (t *tx) AddAudit(a server.AuditRow) error {
	return t.exec(audit.insert, a.Account, a.Seq, a.At, a.Actor, a.Device, a.Event, a.Result, a.Detail, a.Facts, blob(a.IP), blob(a.Prev), a.Hash)
}

func (t *tx) LastAudit(account string) (server.AuditRow, error) {
	return one(t, scanAudit, audit.selected+"WHERE account = $1 ORDER BY seq DESC LIMIT 1", account)
}

func (t *tx) History(account string, devices []string, before int64, n int) ([]server.AuditRow, error) {
	query := audit.selected + "WHERE account = $1 AND seq < $2 AND device IN ($3, $4) AND facts <> '' ORDER BY seq DESC LIMIT $5"
	return all(t, scanAudit, query, account, before, devices[0], devices[len(devices)-1], n)
}

func (t *tx) Audit(account string, after int64, n int) ([]server.AuditRow, error) {
	return all(t, scanAudit, audit.selected+"WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3", account, after, n)
}
