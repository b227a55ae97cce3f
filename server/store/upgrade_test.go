package store_test

import (
	"os"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestAFirstDatabaseIsBroughtUpToDate: what the first version wrote is there
// afterwards, with nothing in the columns that came later.
func TestAFirstDatabaseIsBroughtUpToDate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		old := raw(t, d)
		dialect := map[string]goose.Dialect{"sqlite": goose.DialectSQLite3, "postgres": goose.DialectPostgres}[d.Name]
		p, err := goose.NewProvider(dialect, old, os.DirFS("migrations/"+d.Name), goose.WithDisableGlobalRegistry(true))
		must(t, err)
		_, err = p.UpTo(ctx, 1)
		must(t, err)
		for _, statement := range []string{
			"INSERT INTO accounts VALUES ('100000000001', 'active', 'x', 'en', 'balanced', 1, 2)",
			`INSERT INTO devices VALUES ('d', '100000000001', 'k', '{"kty":"EC"}', 'n', 'linux', 'activated', 1, 'c', '', '', 0, '[]', 0, '', '[]', 0, 0, 5, '', 'high', 1, 2, 3)`,
			"INSERT INTO shares VALUES ('d', 1, 's', 4)",
			"INSERT INTO audit VALUES ('100000000001', 1, 5, 'device', 'd', 'device.activated', 'register', '', '', '', 'h')",
		} {
			_, err = old.ExecContext(ctx, statement)
			must(t, err)
		}
		write(t, d.Open(), func(tx server.Tx) error {
			dev, err := tx.Device("d")
			if err != nil || dev.Hardware != "" || len(dev.Claim) != 0 || dev.Assurance != "high" {
				t.Errorf("device %+v %v", dev, err)
			}
			shares, err := tx.Shares("d")
			if err != nil || len(shares) != 1 || shares[0].Reason != "" || string(shares[0].Sealed) != "s" {
				t.Errorf("shares %+v %v", shares, err)
			}
			rows, err := tx.Audit("100000000001", 0, 9)
			if err != nil || len(rows) != 1 || rows[0].Facts != "" || string(rows[0].Hash) != "h" {
				t.Errorf("audit %+v %v", rows, err)
			}
			list, err := tx.History("100000000001", []string{"d", ""}, 100, 9)
			if err != nil || len(list) != 0 {
				t.Errorf("a row without facts is told: %+v %v", list, err)
			}
			return nil
		})
	})
}
