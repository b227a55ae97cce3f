package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrDamaged says that a backup is not whole, or is none: its digest does not fit, or
// what is in it cannot be read.
var ErrDamaged = errors.New("store: the backup is damaged, or is none")

// ReadBackup reads a backup to its end, checks its digest and its form, and says what
// it is. It changes nothing. Errors: ErrDamaged; ErrNewer for a backup of a schema or
// a format that this program does not know.
func ReadBackup(r io.ReadSeeker) (BackupManifest, error) {
	b, err := openBackup(r)
	if err != nil {
		return BackupManifest{}, err
	}
	return b.manifest, b.each(func(backupTable) error { return nil }, func([]any) error { return nil })
}

// backupReader reads a backup whose digest has been checked.
type backupReader struct {
	in       *bufio.Reader
	manifest BackupManifest
	table    backupTable
	rows     map[string]int64
	values   []any
}

// openBackup checks the digest of the whole file, and reads the manifest.
func openBackup(r io.ReadSeeker) (*backupReader, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("store: backup: %w", err)
	}
	content := size - sha256.Size
	if content < int64(len(backupMagic)) {
		return nil, ErrDamaged
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("store: backup: %w", err)
	}
	sum, trailer := sha256.New(), make([]byte, sha256.Size)
	if _, err := io.CopyN(sum, r, content); err != nil {
		return nil, fmt.Errorf("store: backup: %w", err)
	}
	if _, err := io.ReadFull(r, trailer); err != nil || !bytes.Equal(trailer, sum.Sum(nil)) {
		return nil, ErrDamaged
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("store: backup: %w", err)
	}
	return newBackupReader(io.LimitReader(r, content))
}

func newBackupReader(r io.Reader) (*backupReader, error) {
	magic := make([]byte, len(backupMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != backupMagic {
		return nil, ErrDamaged
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, ErrDamaged
	}
	b := &backupReader{in: bufio.NewReaderSize(z, 1<<16), rows: map[string]int64{}}
	letter, payload, err := b.next()
	if err != nil || letter != recordManifest || json.Unmarshal(payload, &b.manifest) != nil {
		return nil, ErrDamaged
	}
	newest, err := newestMigration()
	if err != nil {
		return nil, err
	}
	if b.manifest.Format > backupFormat || b.manifest.Schema > newest {
		return nil, ErrNewer
	}
	return b, nil
}

// next reads one record.
func (b *backupReader) next() (letter byte, payload []byte, err error) {
	if letter, err = b.in.ReadByte(); err != nil {
		return 0, nil, ErrDamaged
	}
	n, err := binary.ReadUvarint(b.in)
	if err != nil || n > backupRecord {
		return 0, nil, ErrDamaged
	}
	// A length that lies costs no more memory than there are bytes.
	payload, err = io.ReadAll(io.LimitReader(b.in, int64(n))) //nolint:gosec // at most 64 MiB
	if err != nil || uint64(len(payload)) != n {
		return 0, nil, ErrDamaged
	}
	return letter, payload, nil
}

// each calls table before the rows of each table, and row for each row; the values
// are those of the row until the call returns. It ends with the end record, whose
// counts must fit, and puts them into the manifest.
func (b *backupReader) each(table func(backupTable) error, row func([]any) error) error {
	for {
		letter, payload, err := b.next()
		if err != nil {
			return err
		}
		switch letter {
		case recordTable:
			if err := b.head(payload); err != nil {
				return err
			}
			err = table(b.table)
		case recordRow:
			if err := b.row(payload); err != nil {
				return err
			}
			err = row(b.values)
		case recordEnd:
			return b.end(payload)
		default:
			err = ErrDamaged
		}
		if err != nil {
			return err
		}
	}
}

func (b *backupReader) head(payload []byte) error {
	b.table = backupTable{}
	if json.Unmarshal(payload, &b.table) != nil || b.table.Name == "" || len(b.table.Columns) == 0 {
		return ErrDamaged
	}
	if _, twice := b.rows[b.table.Name]; twice {
		return ErrDamaged
	}
	b.rows[b.table.Name] = 0
	b.values = make([]any, len(b.table.Columns))
	return nil
}

func (b *backupReader) row(payload []byte) error {
	if b.values == nil {
		return ErrDamaged
	}
	b.rows[b.table.Name]++
	r := bytes.NewReader(payload)
	for i, c := range b.table.Columns {
		v, err := readValue(r, c.Kind)
		if err != nil {
			return err
		}
		b.values[i] = v
	}
	if r.Len() > 0 {
		return ErrDamaged
	}
	return nil
}

func readValue(r *bytes.Reader, kind string) (any, error) {
	there, err := r.ReadByte()
	if err != nil || there > 1 {
		return nil, ErrDamaged
	}
	if there == 0 {
		return nil, nil
	}
	if kind == kindNumber {
		n, err := binary.ReadVarint(r)
		if err != nil {
			return nil, ErrDamaged
		}
		return n, nil
	}
	n, err := binary.ReadUvarint(r)
	if err != nil || n > uint64(r.Len()) { //nolint:gosec // a length
		return nil, ErrDamaged
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, ErrDamaged
	}
	if kind == kindText {
		return string(raw), nil
	}
	return raw, nil
}

func (b *backupReader) end(payload []byte) error {
	if json.Unmarshal(payload, &b.manifest.Rows) != nil || len(b.manifest.Rows) != len(b.rows) {
		return ErrDamaged
	}
	for name, n := range b.rows {
		if b.manifest.Rows[name] != n {
			return ErrDamaged
		}
	}
	if _, err := b.in.ReadByte(); !errors.Is(err, io.EOF) {
		return ErrDamaged
	}
	return nil
}
