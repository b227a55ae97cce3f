package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	lite "modernc.org/sqlite/lib"
)

// liteStmt is a prepared statement, and the row that it stands at.
type liteStmt struct {
	c *liteConn
	p uintptr
	// order says which argument each parameter is: $2 may come before $1.
	order []int
}

func (c *liteConn) prepare(query string) (*liteStmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	text, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	if rc := lite.Xsqlite3_prepare_v2(c.tls, c.db, text, -1, c.arena, 0); rc != lite.SQLITE_OK {
		return nil, c.failed(rc)
	}
	s := &liteStmt{c: c, p: *(*uintptr)(at(c.arena))}
	for i := range lite.Xsqlite3_bind_parameter_count(c.tls, s.p) {
		name := libc.GoString(lite.Xsqlite3_bind_parameter_name(c.tls, s.p, i+1))
		n, err := strconv.Atoi(strings.TrimPrefix(name, "$"))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("store: a parameter that is no number: %q", name)
		}
		s.order = append(s.order, n-1)
	}
	c.stmts[query] = s
	return s, nil
}

// bind gives every parameter its argument. Texts and bytes are copied into the
// arena, where they stay until the next statement.
func (s *liteStmt) bind(args []any) error {
	need := 8
	for _, i := range s.order {
		if i >= len(args) {
			return fmt.Errorf("store: a statement wants argument %d of %d", i+1, len(args))
		}
		switch v := args[i].(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		}
	}
	if err := s.c.grow(need); err != nil {
		return err
	}
	used := 0
	for k, i := range s.order {
		var err error
		if used, err = s.bindOne(int32(k+1), args[i], used); err != nil { //nolint:gosec // a count of parameters
			return err
		}
	}
	return nil
}

// bindOne binds one argument and gives how much of the arena is used.
func (s *liteStmt) bindOne(k int32, arg any, used int) (int, error) {
	c, rc := s.c, int32(lite.SQLITE_OK)
	switch v := arg.(type) {
	case string:
		copy(c.bytes(used, len(v)), v)
		rc = lite.Xsqlite3_bind_text(c.tls, s.p, k, c.arena+uintptr(used), int32(len(v)), lite.SQLITE_STATIC) //nolint:gosec // far below 2 GiB
		used += len(v)
	case []byte:
		copy(c.bytes(used, len(v)), v)
		rc = lite.Xsqlite3_bind_blob(c.tls, s.p, k, c.arena+uintptr(used), int32(len(v)), lite.SQLITE_STATIC) //nolint:gosec // far below 2 GiB
		used += len(v)
	case int64:
		rc = lite.Xsqlite3_bind_int64(c.tls, s.p, k, v)
	case int:
		rc = lite.Xsqlite3_bind_int64(c.tls, s.p, k, int64(v))
	case uint32: // versions of keys
		rc = lite.Xsqlite3_bind_int64(c.tls, s.p, k, int64(v))
	case bool:
		rc = lite.Xsqlite3_bind_int64(c.tls, s.p, k, flag(v))
	case nil:
		rc = lite.Xsqlite3_bind_null(c.tls, s.p, k)
	default:
		n, err := driver.DefaultParameterConverter.ConvertValue(arg)
		switch n.(type) {
		case time.Time, float64:
			err = driver.ErrSkip
		}
		if err != nil {
			return used, fmt.Errorf("store: an argument of type %T", arg)
		}
		return s.bindOne(k, n, used)
	}
	if rc != lite.SQLITE_OK {
		return used, c.failed(rc)
	}
	return used, nil
}

// bytes is a part of the arena.
func (c *liteConn) bytes(from, n int) []byte {
	return unsafe.Slice((*byte)(at(c.arena)), c.room)[from : from+n]
}

// Scan reads the row that the statement stands at. NULL is read as the zero value.
func (s *liteStmt) Scan(dest ...any) error {
	for i, d := range dest {
		i := int32(i) //nolint:gosec // a count of columns
		switch v := d.(type) {
		case *string:
			*v = string(s.column(lite.Xsqlite3_column_text(s.c.tls, s.p, i), i))
		case *[]byte:
			*v = append([]byte{}, s.column(lite.Xsqlite3_column_blob(s.c.tls, s.p, i), i)...)
		case *int64:
			*v = lite.Xsqlite3_column_int64(s.c.tls, s.p, i)
		case *int:
			*v = int(lite.Xsqlite3_column_int64(s.c.tls, s.p, i))
		case *uint32: // versions of keys
			*v = uint32(lite.Xsqlite3_column_int64(s.c.tls, s.p, i)) //nolint:gosec // they count from 1
		case *sql.NullInt64:
			v.Valid = lite.Xsqlite3_column_type(s.c.tls, s.p, i) != lite.SQLITE_NULL
			v.Int64 = lite.Xsqlite3_column_int64(s.c.tls, s.p, i)
		case *any:
			*v = s.value(i)
		default:
			if err := s.scanOther(i, reflect.ValueOf(d).Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

// scanOther reads into other kinds of numbers and texts, more slowly.
func (s *liteStmt) scanOther(i int32, into reflect.Value) error {
	n := lite.Xsqlite3_column_int64(s.c.tls, s.p, i)
	switch {
	case into.CanInt() && !into.OverflowInt(n):
		into.SetInt(n)
	case into.CanUint() && n >= 0 && !into.OverflowUint(uint64(n)):
		into.SetUint(uint64(n))
	case into.Kind() == reflect.Bool:
		into.SetBool(n != 0)
	case into.Kind() == reflect.String:
		into.SetString(string(s.column(lite.Xsqlite3_column_text(s.c.tls, s.p, i), i)))
	default:
		return fmt.Errorf("store: a column into %s", into.Type())
	}
	return nil
}

// column is the memory of a text or blob, good until the next step.
func (s *liteStmt) column(p uintptr, i int32) []byte {
	if p == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(at(p)), lite.Xsqlite3_column_bytes(s.c.tls, s.p, i))
}

// value is a column as what it is: int64, string, []byte or nil.
func (s *liteStmt) value(i int32) any {
	switch lite.Xsqlite3_column_type(s.c.tls, s.p, i) {
	case lite.SQLITE_INTEGER:
		return lite.Xsqlite3_column_int64(s.c.tls, s.p, i)
	case lite.SQLITE_NULL:
		return nil
	case lite.SQLITE_BLOB:
		return append([]byte{}, s.column(lite.Xsqlite3_column_blob(s.c.tls, s.p, i), i)...)
	}
	return string(s.column(lite.Xsqlite3_column_text(s.c.tls, s.p, i), i))
}
