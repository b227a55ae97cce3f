package load

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// sizes prints how many bytes each table takes with its indexes, for each device.
func (b *bench) sizes(tb testing.TB, devices int) {
	driver, dsn := "sqlite", "file:"+filepath.Join(b.dir, "holdfast.db")
	query := `SELECT m.tbl_name, sum(s.pgsize), (SELECT sum(ncell) FROM dbstat WHERE name = m.tbl_name AND pagetype = 'leaf') FROM dbstat s
		JOIN sqlite_master m ON m.name = s.name GROUP BY 1 ORDER BY 2 DESC`
	if b.database != "" {
		driver, dsn = "pgx", b.database
		query = `SELECT relname, pg_total_relation_size(relid), n_live_tup FROM pg_stat_user_tables ORDER BY 2 DESC`
	}
	db, err := sql.Open(driver, dsn)
	must(tb, err)
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), query)
	must(tb, err)
	defer rows.Close()
	var line []string
	var total int64
	for rows.Next() {
		var name string
		var bytes int64
		var n sql.NullInt64
		must(tb, rows.Scan(&name, &bytes, &n))
		total += bytes
		if n.Int64 > 0 && bytes/int64(devices) >= 16 {
			line = append(line, fmt.Sprintf("%s %d (%.2f rows of %d)", name, bytes/int64(devices), float64(n.Int64)/float64(devices), bytes/n.Int64))
		}
	}
	must(tb, rows.Err())
	fmt.Printf("bytes a device: %d; %s\n", total/int64(devices), strings.Join(line, ", "))
}
