package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"time"
)

// asIs is a backend over a database whose schema stays as it is.
type asIs struct {
	backend
	dsn string
}

func (a asIs) read(ctx context.Context, fn func(transaction) error) error {
	return inOneTransaction(ctx, a.dsn, func(_ *sql.Conn, t transaction) error { return fn(t) })
}

// BackupAsIs backs a database up without bringing its schema up to date first.
func BackupAsIs(ctx context.Context, dsn string, w io.Writer) (BackupManifest, error) {
	d := &DB{backend: asIs{dsn: dsn}, postgres: isPostgres(dsn)}
	return d.Backup(ctx, w, "1", time.Unix(5, 0))
}

// BackupRecords are the records of a backup, unpacked.
func BackupRecords(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b[len(backupMagic) : len(b)-32]))
	if err != nil {
		return nil
	}
	z.Multistream(false)
	raw, _ := io.ReadAll(z)
	return raw
}

// ReadRecords reads records as a backup holds them.
func ReadRecords(records []byte) error {
	var packed bytes.Buffer
	packed.WriteString(backupMagic)
	z := gzip.NewWriter(&packed)
	_, err1 := z.Write(records)
	if err := errors.Join(err1, z.Close()); err != nil {
		return err
	}
	b, err := newBackupReader(&packed)
	if err != nil {
		return err
	}
	return b.each(func(backupTable) error { return nil }, func([]any) error { return nil })
}
