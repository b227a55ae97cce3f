package store

import "github.com/seed-1feef0b2/holdfast/server"

var configurations = newTable("configurations", "id", "device", "activated", "used", "sum", "moved_sum", "snapshot", "moved", "rules")

const configurationHead = "SELECT id, device, activated, used, sum, moved_sum, rules FROM configurations "

func scanHead(r scanner) (c server.Configuration, err error) {
	err = r.Scan(&c.ID, &c.Device, &c.Activated, &c.Used, &c.Sum, &c.MovedSum, &c.Rules)
	return c, err
}

func scanConfiguration(r scanner) (c server.Configuration, err error) {
	var snapshot, moved []byte
	if err = r.Scan(&c.ID, &c.Device, &c.Activated, &c.Used, &c.Sum, &c.MovedSum, &snapshot, &moved, &c.Rules); err != nil {
		return c, err
	}
	if c.Snapshot, err = unpackSnapshot(snapshot); err != nil || len(moved) == 0 {
		return c, err
	}
	m, err := unpackSnapshot(moved)
	c.Moved = &m
	return c, err
}

func (t *tx) ConfigurationBySum(device string, sum []byte) (server.Configuration, error) {
	return one(t, scanHead, configurationHead+"WHERE device = $1 AND (sum = $2 OR moved_sum = $2)", device, sum)
}

const latestUsed = "WHERE device = $1 ORDER BY used DESC, activated DESC, id"

func (t *tx) ConfigurationHeads(device string) ([]server.Configuration, error) {
	return all(t, scanHead, configurationHead+latestUsed, device)
}

func (t *tx) ConfigurationsOf(device string) ([]server.Configuration, error) {
	return all(t, scanConfiguration, configurations.selected+latestUsed, device)
}

func (t *tx) AddConfiguration(c server.Configuration) error {
	return t.exec(configurations.insert, c.ID, c.Device, c.Activated, c.Used, c.Sum, blob(nil), packSnapshot(c.Snapshot), blob(nil), c.Rules)
}

func (t *tx) MoveConfiguration(c server.Configuration) error {
	return t.change("UPDATE configurations SET used = $2, moved_sum = $3, moved = $4, rules = $5 WHERE id = $1",
		c.ID, c.Used, c.MovedSum, packSnapshot(*c.Moved), c.Rules)
}

func (t *tx) TouchConfiguration(id string, used int64) error {
	return t.change("UPDATE configurations SET used = $2 WHERE id = $1", id, used)
}

func (t *tx) RemoveConfiguration(id string) error {
	return t.exec("DELETE FROM configurations WHERE id = $1", id)
}
