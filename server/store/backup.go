package store

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// A backup is one file: backupMagic, then a gzip stream of records, then SHA-256 of
// everything before it. A record is one letter, its length (uvarint) and that many
// bytes. First 'M', the manifest as JSON; then for each table 'T', its name and
// columns as JSON, and an 'R' for each row; at the end 'Z', the rows of each table as
// JSON. In a row each value is a byte, 0 for NULL and 1 otherwise, and then a number
// as a varint, or a text or bytes as their length (uvarint) and themselves. Tables
// stand after those that they refer to.
//
// It is the same for both kinds of database, so that one can be restored as the other.
const (
	backupMagic  = "holdfast-backup 1\n"
	backupFormat = 1
	// backupRecord bounds one record; the largest row is a computer's snapshot.
	backupRecord = 64 << 20
)

// Letters of the records.
const (
	recordManifest = 'M'
	recordTable    = 'T'
	recordRow      = 'R'
	recordEnd      = 'Z'
)

// Kinds of a column in a backup.
const (
	kindNumber = "number"
	kindText   = "text"
	kindBytes  = "bytes"
)

// BackupManifest says what a backup is.
type BackupManifest struct {
	Format int `json:"format"`
	// Made is when, RFC 3339; Program is the version that made it.
	Made    string `json:"made"`
	Program string `json:"program"`
	// Database is the kind that it was made of, sqlite or postgres; Schema is the
	// version of its schema.
	Database string `json:"database"`
	Schema   int64  `json:"schema"`
	// Rows are the rows of each table. They stand at the end of the file.
	Rows map[string]int64 `json:"rows,omitempty"`
}

// backupTable is the head of a table in a backup.
type backupTable struct {
	Name    string         `json:"name"`
	Columns []backupColumn `json:"columns"`
}

type backupColumn struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// Backup writes a consistent copy of the whole database, as it is at one moment, while
// reads and writes go on. Program is the version of the program, for the manifest.
// The copy holds what the database holds: everything secret in it is sealed under the
// master key, which is not part of it.
func (d *DB) Backup(ctx context.Context, w io.Writer, program string, now time.Time) (BackupManifest, error) {
	m := BackupManifest{
		Format: backupFormat, Made: now.UTC().Format(time.RFC3339), Program: program, Rows: map[string]int64{},
	}
	out := newBackupWriter(w)
	err := d.backend.read(ctx, func(t transaction) error {
		c := catalog{ctx: ctx, t: t, postgres: d.postgres}
		m.Database = c.kind()
		var err error
		if m.Schema, err = c.schema(); err != nil {
			return err
		}
		head := m
		head.Rows = nil
		out.json(recordManifest, head)
		tables, err := c.tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			if m.Rows[table.Name], err = out.table(ctx, t, table); err != nil {
				return err
			}
		}
		out.json(recordEnd, m.Rows)
		return out.close()
	})
	if err != nil {
		return m, fmt.Errorf("store: backup: %w", err)
	}
	return m, nil
}

// backupWriter writes records; the first error stays.
type backupWriter struct {
	w    io.Writer
	sum  hash.Hash
	gzip *gzip.Writer
	err  error
	row  []byte
}

func newBackupWriter(w io.Writer) *backupWriter {
	b := &backupWriter{w: w, sum: sha256.New()}
	both := io.MultiWriter(w, b.sum)
	_, b.err = io.WriteString(both, backupMagic)
	b.gzip, _ = gzip.NewWriterLevel(both, gzip.BestSpeed) // a level that exists
	return b
}

func (b *backupWriter) record(letter byte, payload []byte) {
	if b.err == nil && len(payload) > backupRecord {
		b.err = errors.New("a row is too long")
	}
	head := binary.AppendUvarint([]byte{letter}, uint64(len(payload)))
	for _, part := range [][]byte{head, payload} {
		if b.err == nil {
			_, b.err = b.gzip.Write(part)
		}
	}
}

func (b *backupWriter) json(letter byte, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		b.err = errors.Join(b.err, err)
	}
	b.record(letter, raw)
}

// table writes a table and gives the number of its rows.
func (b *backupWriter) table(ctx context.Context, t transaction, table backupTable) (n int64, err error) {
	b.json(recordTable, table)
	values, into := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i := range values {
		into[i] = &values[i]
	}
	err = t.query(ctx, func(row scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		if b.row, err = appendRow(b.row[:0], table, values); err != nil {
			return err
		}
		b.record(recordRow, b.row)
		n++
		return b.err
	}, table.selected())
	return n, err
}

func appendRow(out []byte, table backupTable, values []any) ([]byte, error) {
	for i, v := range values {
		if v == nil {
			out = append(out, 0)
			continue
		}
		out = append(out, 1)
		number, isNumber := v.(int64)
		text, isText := v.(string)
		raw, isBytes := v.([]byte)
		switch kind := table.Columns[i].Kind; {
		case kind == kindNumber && isNumber:
			out = binary.AppendVarint(out, number)
		case kind != kindNumber && isText:
			out = appendText(out, text)
		case kind != kindNumber && isBytes:
			out = append(binary.AppendUvarint(out, uint64(len(raw))), raw...)
		default:
			return nil, fmt.Errorf("column %s.%s holds a %T, not a %s", table.Name, table.Columns[i].Name, v, kind)
		}
	}
	return out, nil
}

// close ends the stream and adds the digest.
func (b *backupWriter) close() error {
	if b.err == nil {
		b.err = b.gzip.Close()
	}
	if b.err == nil {
		_, b.err = b.w.Write(b.sum.Sum(nil))
	}
	return b.err
}
