package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// catalog reads what tables a database has, in one transaction.
type catalog struct {
	ctx      context.Context //nolint:containedctx // it lives no longer than the call
	t        transaction
	postgres bool
}

// versionTable is the migrations' own; a backup says its content in the manifest.
const versionTable = "goose_db_version"

func (c catalog) kind() string {
	if c.postgres {
		return "postgres"
	}
	return "sqlite"
}

func (c catalog) schema() (int64, error) {
	n, err := query(c, scanNumber, "SELECT max(version_id) FROM "+versionTable)
	if err != nil {
		return 0, err
	}
	return n[0], nil
}

// tables lists all tables of ours with their columns, each after those that it
// refers to.
func (c catalog) tables() ([]backupTable, error) {
	q := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
	if c.postgres {
		q = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace " +
			"AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
	}
	names, err := query(c, scanText, q)
	if err != nil {
		return nil, err
	}
	known, placed := map[string][]string{}, map[string]bool{}
	var left []string
	for _, name := range names {
		if name == versionTable {
			continue
		}
		left = append(left, name)
		if known[name], err = c.refersTo(name); err != nil {
			return nil, err
		}
	}
	var out []backupTable
	for len(left) > 0 {
		var later []string
		for _, name := range left {
			if slices.ContainsFunc(known[name], func(other string) bool { return other != name && !placed[other] }) {
				later = append(later, name)
				continue
			}
			placed[name] = true
			columns, err := c.columns(name)
			if err != nil {
				return nil, err
			}
			out = append(out, backupTable{Name: name, Columns: columns})
		}
		if len(later) == len(left) {
			return nil, fmt.Errorf("tables refer to each other: %s", strings.Join(left, ", "))
		}
		left = later
	}
	return out, nil
}

// refersTo names the tables that a table's foreign keys point at.
func (c catalog) refersTo(table string) ([]string, error) {
	if c.postgres {
		return query(c, scanText, "SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass($1)", table)
	}
	return query(c, scanText, "SELECT \"table\" FROM pragma_foreign_key_list($1)", table)
}

// columns lists a table's columns in their order.
func (c catalog) columns(table string) ([]backupColumn, error) {
	q := "SELECT name, type FROM pragma_table_info($1) ORDER BY cid"
	if c.postgres {
		q = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute " +
			"WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
	}
	return query(c, func(r scanner) (backupColumn, error) {
		var name, typ string
		if err := r.Scan(&name, &typ); err != nil {
			return backupColumn{}, err
		}
		kind, ok := kindOfColumn(typ)
		if !ok {
			return backupColumn{}, fmt.Errorf("a backup cannot carry the type %s of %s.%s", typ, table, name)
		}
		return backupColumn{Name: name, Kind: kind}, nil
	}, q, table)
}

// kindOfColumn says how a backup carries a column. Tables of ours use these types
// alone, so that both kinds of database hold the same.
func kindOfColumn(typ string) (string, bool) {
	switch strings.ToLower(typ) {
	case "bigint", "integer":
		return kindNumber, true
	case "text":
		return kindText, true
	case "blob", "bytea":
		return kindBytes, true
	}
	return "", false
}

// query reads all rows of a query.
func query[T any](c catalog, scan func(scanner) (T, error), q string, args ...any) ([]T, error) {
	var out []T
	err := c.t.query(c.ctx, func(row scanner) error {
		v, err := scan(row)
		out = append(out, v)
		return err
	}, q, args...)
	return out, err
}

// names are a table's columns, quoted.
func (t backupTable) names() string {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = quoted(c.Name)
	}
	return strings.Join(list, ", ")
}

func (t backupTable) selected() string {
	return "SELECT " + t.names() + " FROM " + quoted(t.Name)
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
