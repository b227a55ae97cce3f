package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// tx is one transaction; the files of this package give it its methods, one
// file per object.
type tx struct {
	ctx    context.Context //nolint:containedctx // it lives no longer than the call
	t      *remembering
	unique func(error) bool
}

var _ server.Tx = (*tx)(nil)

func (t *tx) exec(query string, args ...any) error {
	_, err := t.t.exec(t.ctx, query, args...)
	switch {
	case err == nil:
		return nil
	case t.unique(err):
		return server.ErrExists
	}
	return fmt.Errorf("store: %w", err)
}

// add inserts a row of a table whose rows are saved whole: what is saved of it
// later in the same transaction is only what differs.
func (t *tx) add(of *table, values ...any) error {
	if err := t.exec(of.insert, values...); err != nil {
		return err
	}
	t.t.keep(of, values)
	return nil
}

// change is exec for one row that must be there.
func (t *tx) change(query string, args ...any) error {
	for _, of := range tracked {
		if query != of.update {
			continue
		}
		narrow, some, ok := t.t.narrow(of, args)
		if ok && narrow == "" {
			return nil // nothing differs
		}
		if ok {
			if err := t.changeOne(narrow, some...); err != nil {
				return err
			}
			t.t.keep(of, args)
			return nil
		}
	}
	return t.changeOne(query, args...)
}

func (t *tx) changeOne(query string, args ...any) error {
	r, err := t.t.exec(t.ctx, query, args...)
	if err != nil {
		if t.unique(err) {
			return server.ErrExists
		}
		return fmt.Errorf("store: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return server.ErrNotFound
	}
	return nil
}

// scanner is the row that a query stands at.
type scanner interface{ Scan(dest ...any) error }

// all reads every row of a query.
func all[T any](t *tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	s := t.t.known.of(query)
	var key question
	if s.plain {
		key = asked(s, args)
		if v, ok := t.t.answers[key].([]T); ok {
			return slices.Clone(v), nil
		}
	}
	var out []T
	err := t.t.query(t.ctx, s, func(row scanner) error {
		if s.of != nil {
			row = keeper{row, t.t, s.of}
		}
		v, err := scan(row)
		out = append(out, v)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if s.plain {
		t.t.answers[key] = slices.Clone(out)
	}
	return out, nil
}

// one reads the first row of a query, or gives server.ErrNotFound.
func one[T any](t *tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	list, err := all(t, scan, query, args...)
	if err != nil || len(list) == 0 {
		var none T
		if err == nil {
			err = server.ErrNotFound
		}
		return none, err
	}
	return list[0], nil
}

func scanText(r scanner) (s string, err error)  { err = r.Scan(&s); return s, err }
func scanNumber(r scanner) (n int64, err error) { err = r.Scan(&n); return n, err }
func scanNumber0(r scanner) (n int64, err error) {
	var v sql.NullInt64
	err = r.Scan(&v)
	return v.Int64, err
}

// table writes the statements of a table from its columns; the first is the key.
type table struct {
	name                     string
	columns                  []string
	insert, update, selected string
}

func newTable(name string, columns ...string) table {
	marks, sets := make([]string, len(columns)), make([]string, 0, len(columns))
	for i, c := range columns {
		marks[i] = fmt.Sprintf("$%d", i+1)
		if i > 0 {
			sets = append(sets, fmt.Sprintf("%s = $%d", c, i+1))
		}
	}
	list := strings.Join(columns, ", ")
	return table{
		name: name, columns: columns,
		insert:   "INSERT INTO " + name + " (" + list + ") VALUES (" + strings.Join(marks, ", ") + ")",
		update:   "UPDATE " + name + " SET " + strings.Join(sets, ", ") + " WHERE " + columns[0] + " = $1",
		selected: "SELECT " + list + " FROM " + name + " ",
	}
}

// pack writes a value as JSON text for a column that is never searched.
func pack(v any) string {
	switch v := v.(type) { // what nearly every row has
	case []int64:
		return packTimes(v)
	case []api.Change:
		if v == nil {
			return "null"
		}
	case map[string]string:
		if v == nil {
			return "null"
		}
	case server.Unread:
		if len(v) == 0 {
			return "[]"
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs, lists and maps of this program
	}
	return string(raw)
}

// packTimes is what JSON makes of a list of numbers.
func packTimes(list []int64) string {
	if list == nil {
		return "null"
	}
	out := []byte{'['}
	for i, n := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return string(append(out, ']'))
}

// unpack reads what pack wrote into a zero value.
func unpack(text string, v any) error {
	if text == "null" {
		return nil
	}
	return json.Unmarshal([]byte(text), v)
}

// blob keeps a missing value from being NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
