package store

import (
	"cmp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/server"
)

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

// latestUsed puts the latest used first. A device has a handful: the database
// would copy whole snapshots to sort them.
func latestUsed(list []server.Configuration) {
	slices.SortFunc(list, func(a, b server.Configuration) int {
		return cmp.Or(cmp.Compare(b.Used, a.Used), cmp.Compare(b.Activated, a.Activated), cmp.Compare(a.ID, b.ID))
	})
}

func (t *tx) ConfigurationHeads(device string) ([]server.Configuration, error) {
	list, err := all(t, scanHead, configurationHead+"WHERE device = $1", device)
	latestUsed(list)
	return list, err
}

func (t *tx) ConfigurationsOf(device string) ([]server.Configuration, error) {
	list, err := all(t, scanConfiguration, configurations.selected+"WHERE device = $1", device)
	latestUsed(list)
	return list, err
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
