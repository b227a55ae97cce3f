package store

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSQLiteKeepsWhatItIsGiven: every kind of argument comes back as it went in,
// empty ones and long ones too, whatever the order of the parameters.
func TestSQLiteKeepsWhatItIsGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := private(path); err != nil {
		t.Fatal(err)
	}
	c, err := openLite(path, pragmas()...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	type name string
	long, zero := strings.Repeat("длинный ", 1<<13), "a\x00b"
	args := []any{long, []byte(long), zero, []byte{}, "", int64(-1 << 62), 7, uint32(8), name("n"), true, nil}
	var text, with0, empty, other string
	var blob, none []byte
	var big int64
	var seven, null int
	var eight uint32
	var yes bool
	into := []any{&text, &blob, &with0, &none, &empty, &big, &seven, &eight, (*name)(&other), &yes, &null}
	rows := 0
	err = c.query("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE $11 IS NULL AND $7 = 7", args, func(r scanner) error {
		rows++
		return r.Scan(into...)
	})
	if err != nil || rows != 1 || text != long || !bytes.Equal(blob, []byte(long)) || with0 != zero || none == nil || len(none) != 0 ||
		empty != "" || big != -1<<62 || seven != 7 || eight != 8 || other != "n" || !yes || null != 0 {
		t.Errorf("%d rows, %v: %q %d %d %d %d %q %v", rows, err, with0, len(none), big, seven, eight, other, yes)
	}
	for _, bad := range []any{time.Now(), 1.5, struct{}{}, []int{1}} {
		if _, err := c.exec("SELECT $1", []any{bad}); err == nil {
			t.Errorf("%T was taken", bad)
		}
	}
	if _, err := c.exec("SELECT $1, $2", []any{1}); err == nil {
		t.Error("a missing argument was taken")
	}
	if err := c.query("SELECT 300", nil, func(r scanner) error { return r.Scan(new(uint8)) }); err == nil {
		t.Error("300 went into eight bits")
	}
	if err := c.run("SELEC"); err == nil || !strings.Contains(err.Error(), "syntax") {
		t.Errorf("nonsense: %v", err)
	}
	if _, err := openLite(filepath.Join(t.TempDir(), "none", "x.db")); err == nil {
		t.Error("a file of no folder was opened")
	}
}
