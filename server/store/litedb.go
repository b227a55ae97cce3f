package store

import (
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lite "modernc.org/sqlite/lib"
)

// liteConn is one connection to a SQLite file, used by one goroutine at a time.
// It speaks to SQLite's own functions: going through database/sql took as much
// time as SQLite itself. Statements are prepared once.
type liteConn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*liteStmt
	// arena is memory of SQLite's kind for the arguments of one statement.
	arena uintptr
	room  int
}

// liteError is what SQLite says; code is its extended result code.
type liteError struct {
	code int
	text string
}

// Error gives SQLite's own words, which name tables and columns, never values.
func (e *liteError) Error() string { return fmt.Sprintf("sqlite %d: %s", e.code, e.text) }

// primary is the result code without what extends it.
func (e *liteError) primary() int { return e.code & 0xff }

// firstRoom is the first size of the arena, in bytes: more than most statements need.
const firstRoom = 16 << 10

func openLite(path string, pragmas ...string) (*liteConn, error) {
	c := &liteConn{tls: libc.NewTLS(), stmts: map[string]*liteStmt{}}
	if err := c.grow(firstRoom); err != nil {
		return nil, err
	}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	const flags = lite.SQLITE_OPEN_READWRITE | lite.SQLITE_OPEN_NOMUTEX | lite.SQLITE_OPEN_EXRESCODE
	rc := lite.Xsqlite3_open_v2(c.tls, name, c.arena, flags, 0)
	c.db = *(*uintptr)(at(c.arena))
	if rc != lite.SQLITE_OK {
		err := c.failed(rc)
		c.close()
		return nil, err
	}
	// Without this SQLite plans a statement anew whenever an argument changes that
	// might, with statistics that there are none of, call for another plan.
	lite.Xsqlite3_db_config(c.tls, c.db, lite.SQLITE_DBCONFIG_ENABLE_QPSG, libc.VaList(c.arena, int32(1), uintptr(0)))
	for _, p := range pragmas {
		if err := c.run("PRAGMA " + p); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

// at reads an address of SQLite's memory, which Go's collector neither moves nor
// knows.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func (c *liteConn) failed(rc int32) error {
	e := &liteError{code: int(rc)}
	if c.db != 0 {
		e.text = libc.GoString(lite.Xsqlite3_errmsg(c.tls, c.db))
	}
	return e
}

// grow makes the arena hold n bytes; what was in it is gone.
func (c *liteConn) grow(n int) error {
	if n <= c.room {
		return nil
	}
	if c.arena != 0 {
		libc.Xfree(c.tls, c.arena)
		c.arena, c.room = 0, 0
	}
	p, err := libc.CString(string(make([]byte, n)))
	if err != nil {
		return err
	}
	c.arena, c.room = p, n
	return nil
}

func (c *liteConn) close() {
	for _, s := range c.stmts {
		lite.Xsqlite3_finalize(c.tls, s.p)
	}
	if c.db != 0 {
		lite.Xsqlite3_close_v2(c.tls, c.db)
	}
	if c.arena != 0 {
		libc.Xfree(c.tls, c.arena)
	}
	c.tls.Close()
}

// run runs a statement without arguments whose rows are of no interest.
func (c *liteConn) run(query string) error {
	_, err := c.exec(query, nil)
	return err
}

// exec runs a statement to its end and gives how many rows it changed.
func (c *liteConn) exec(query string, args []any) (int64, error) {
	if err := c.query(query, args, func(scanner) error { return nil }); err != nil {
		return 0, err
	}
	return lite.Xsqlite3_changes64(c.tls, c.db), nil
}

// query runs a statement and calls each for every row; the row is good until
// each returns. No other statement may run in each.
func (c *liteConn) query(query string, args []any, each func(scanner) error) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	if err := s.bind(args); err != nil {
		return err
	}
	for {
		switch rc := lite.Xsqlite3_step(c.tls, s.p); rc {
		case lite.SQLITE_ROW:
			if err := each(s); err != nil {
				lite.Xsqlite3_reset(c.tls, s.p)
				return err
			}
		case lite.SQLITE_DONE:
			if rc := lite.Xsqlite3_reset(c.tls, s.p); rc != lite.SQLITE_OK {
				return c.failed(rc)
			}
			return nil
		default:
			err := c.failed(rc)
			lite.Xsqlite3_reset(c.tls, s.p)
			return err
		}
	}
}
