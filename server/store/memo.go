package store

import (
	"bytes"
	"context"
	"strconv"
	"strings"
)

// tracked are the tables whose rows are read, changed and saved whole, and have
// indexes beside the key.
var tracked = []*table{&devices, &challenges, &messages}

// remembering is a transaction that does not ask the database twice. Nobody else
// changes what a serializable transaction sees, so an answer holds until the
// transaction itself writes to that table; and of a row that it has read, a
// change writes only the columns that differ, which leaves the indexes of the
// others alone.
type remembering struct {
	t       transaction
	known   *statements
	answers map[question]any
	rows    map[rowKey][]any // columns as they are stored
	// facts are those that the writes of one batch have read; nil where nothing is
	// shared. A write that changed one leaves them alone from then on: its change may
	// be undone.
	facts   map[string]int64
	changed bool
}

// sharing is a transaction whose statements others see that follow it.
type sharing interface{ facts() map[string]int64 }

// rowKey names a row by its key as it is stored.
type rowKey struct {
	of  *table
	key any
}

func remember(t transaction, known *statements) *remembering {
	r := &remembering{t: t, known: known, answers: map[question]any{}, rows: map[rowKey][]any{}}
	if s, ok := t.(sharing); ok {
		r.facts = s.facts()
	}
	return r
}

func (r *remembering) exec(ctx context.Context, query string, args ...any) (changed, error) {
	r.forget(r.known.of(query).table)
	return r.t.exec(ctx, query, args...)
}

func (r *remembering) query(ctx context.Context, s *statement, each func(scanner) error, query string, args ...any) error {
	if !s.reads { // an update that gives its rows
		r.forget(s.table)
	}
	return r.t.query(ctx, each, query, args...)
}

// forget drops what a statement that writes may change: everything of its table,
// or everything.
func (r *remembering) forget(table string) {
	if table == "" || table == factsTable {
		clear(r.facts)
		r.changed = true
	}
	if table == "" {
		clear(r.answers)
		clear(r.rows)
		return
	}
	for q := range r.answers {
		if q.table == table {
			delete(r.answers, q)
		}
	}
	for k := range r.rows {
		if k.of.name == table {
			delete(r.rows, k)
		}
	}
}

// fact gives a fact that this batch has read.
func (r *remembering) fact(name string) (value int64, ok bool) {
	if !r.changed {
		value, ok = r.facts[name]
	}
	return value, ok
}

func (r *remembering) keepFact(name string, value int64) {
	if r.facts != nil && !r.changed {
		r.facts[name] = value
	}
}

// keeper is a row that is kept as it was stored while it is read.
type keeper struct {
	scanner
	r *remembering
	t *table
}

func (k keeper) Scan(dest ...any) error {
	if err := k.scanner.Scan(dest...); err != nil || len(dest) != len(k.t.columns) {
		return err
	}
	values := make([]any, len(dest))
	for i, d := range dest {
		switch v := d.(type) {
		case *string:
			values[i] = *v
		case *int64:
			values[i] = *v
		case *int:
			values[i] = int64(*v)
		case *[]byte:
			values[i] = bytes.Clone(*v)
		} // what is of another kind counts as changed
	}
	k.r.rows[rowKey{k.t, values[0]}] = values
	return nil
}

// narrow gives the update of the columns that differ from the row as it was
// read. It says false where the row was not read in this transaction.
func (r *remembering) narrow(t *table, values []any) (query string, args []any, ok bool) {
	before := r.rows[rowKey{t, plain(values[0])}]
	if before == nil {
		return "", nil, false
	}
	var sets strings.Builder
	args = append(args, values[0])
	for i := 1; i < len(values); i++ {
		if same(before[i], plain(values[i])) {
			continue
		}
		if len(args) > 1 {
			sets.WriteString(", ")
		}
		args = append(args, values[i])
		sets.WriteString(t.columns[i] + " = $" + strconv.Itoa(len(args)))
	}
	if len(args) == 1 {
		return "", nil, true
	}
	return "UPDATE " + t.name + " SET " + sets.String() + " WHERE " + t.columns[0] + " = $1", args, true
}

// keep remembers a row as it was just saved.
func (r *remembering) keep(t *table, values []any) {
	row := make([]any, len(values))
	for i, v := range values {
		if row[i] = plain(v); row[i] != nil {
			if b, ok := v.([]byte); ok {
				row[i] = bytes.Clone(b)
			}
		}
	}
	r.rows[rowKey{t, row[0]}] = row
}

// plain is an argument as a column gives it back; nil where that is not known.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case string, int64, []byte:
		return v
	}
	return nil
}

func same(a, b any) bool {
	x, isBytes := a.([]byte)
	y, areBytes := b.([]byte)
	if isBytes || areBytes {
		return isBytes && areBytes && bytes.Equal(x, y)
	}
	return a != nil && a == b
}

// listed is a list of what hangs on one thing, such as a challenge's messages,
// that was read in this transaction; writes that are known to change it keep it up
// to date. It says false where it was not read.
func listed[T any](t *tx, query, of string) (question, []T, bool) {
	q := asked(t.t.known.of(query), []any{of})
	list, ok := t.t.answers[q].([]T)
	return q, list, ok
}
