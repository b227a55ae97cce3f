package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// The backup's JSON inside the age file.
const (
	backupFormat  = "holdfast-backup"
	backupVersion = 1
)

// scryptCost is age's work factor (log2 of N) of new backups: about a second.
// scryptMost is the highest that is opened: about four.
const (
	scryptCost = 18
	scryptMost = 20
)

type backupFile struct {
	Format  string        `json:"format"`
	Version int           `json:"version"`
	Entries []backupEntry `json:"entries"`
}

type backupEntry struct {
	Name    string `json:"name"`
	Value   []byte `json:"value"` // base64
	Created string `json:"created"`
}

// WriteBackup writes entries to path as an age file under a passphrase, which
// any age program opens. It is decrypted again before the old file gives way,
// and read back after. Errors: passphrase_wrong where it is empty,
// backup_broken where what was written cannot be read, disk_full, file.
func WriteBackup(d files.Disk, path, passphrase string, entries []Entry) error {
	return writeBackup(d, path, passphrase, entries, scryptCost)
}

func writeBackup(d files.Disk, path, passphrase string, entries []Entry, cost int) error {
	plain, err := encodeBackup(entries)
	if err != nil {
		return err
	}
	defer clear(plain)
	sealed, err := ageSeal(passphrase, plain, cost)
	if err != nil {
		return err
	}
	again, err := ageOpen(passphrase, sealed)
	if err != nil {
		return err
	}
	defer clear(again)
	if !bytes.Equal(again, plain) {
		return backupBroken(errors.New("vault: the backup decrypts to something else"))
	}
	if err := d.Replace(path, sealed); err != nil {
		return err
	}
	back, err := d.Read(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(back, sealed) {
		return backupBroken(errors.New("vault: the backup reads back as something else"))
	}
	return nil
}

// ReadBackup gives the entries of a backup. Errors: passphrase_wrong,
// backup_broken, file.
func ReadBackup(d files.Disk, path, passphrase string) ([]Entry, error) {
	sealed, err := d.Read(path)
	if err != nil {
		return nil, err
	}
	plain, err := ageOpen(passphrase, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return decodeBackup(plain)
}

func backupBroken(cause error) error { return api.Wrap(api.CodeBackupBroken, cause) }

func ageSeal(passphrase string, plain []byte, cost int) ([]byte, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, api.Wrap(api.CodePassphrase, err)
	}
	r.SetWorkFactor(cost)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func ageOpen(passphrase string, sealed []byte) ([]byte, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, api.Wrap(api.CodePassphrase, err)
	}
	id.SetMaxWorkFactor(scryptMost)
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, api.Wrap(api.CodePassphrase, err)
	}
	if err != nil {
		return nil, backupBroken(err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, files.MaxSize))
	if err != nil {
		return nil, backupBroken(err)
	}
	return plain, nil
}

func encodeBackup(entries []Entry) ([]byte, error) {
	f := backupFile{Format: backupFormat, Version: backupVersion, Entries: []backupEntry{}}
	for _, e := range entries {
		f.Entries = append(f.Entries, backupEntry{e.Name, e.Value, e.Created.UTC().Format(time.RFC3339)})
	}
	slices.SortFunc(f.Entries, func(a, b backupEntry) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return json.Marshal(f)
}

func decodeBackup(plain []byte) ([]Entry, error) {
	var f backupFile
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || f.Format != backupFormat {
		return nil, backupBroken(errors.New("vault: not a backup of keys"))
	}
	if f.Version != backupVersion {
		return nil, backupBroken(errors.New("vault: a backup of a newer version"))
	}
	out := make([]Entry, 0, len(f.Entries))
	seen := map[string]entry{}
	for _, e := range f.Entries {
		created, err := time.Parse(time.RFC3339, e.Created)
		if _, twice := seen[e.Name]; err != nil || twice || !ValidName(e.Name) {
			return nil, backupBroken(errors.New("vault: an entry makes no sense"))
		}
		seen[e.Name] = entry{value: e.Value}
		out = append(out, Entry{e.Name, e.Value, created.UTC()})
	}
	if bounded(seen) != nil {
		return nil, backupBroken(errors.New("vault: more than a vault may hold"))
	}
	return out, nil
}
