package vault

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// sealedKind is a file beside the vault that K_ring alone opens: a frame around
// a nonce and JSON sealed with XChaCha20-Poly1305, its magic as associated data.
type sealedKind struct {
	magic   files.Magic
	version uint16
	name    string
	key     Secret
}

func (k sealedKind) save(d files.Disk, rand io.Reader, path string, v any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sealed, err := sealBytes(rand, k.key, plain, k.magic[:])
	if err != nil {
		return err
	}
	return d.Replace(path, files.Frame(k.magic, k.version, sealed))
}

// load fills v; it leaves it alone where there is no file.
func (k sealedKind) load(d files.Disk, path string, v any) error {
	data, err := d.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, sealed, err := files.Unframe(k.magic, k.version, data)
	if errors.Is(err, files.ErrNewer) {
		return api.Wrap(api.CodeStateNewer, err).With("File", k.name)
	}
	plain, ok := openBytes(k.key, sealed, k.magic[:])
	if err != nil || !ok || json.Unmarshal(plain, v) != nil {
		return api.Wrap(api.CodeStateBroken, files.ErrBroken).With("File", k.name)
	}
	return nil
}

// historyKind is this computer's own journal of what changed.
func historyKind(ring Secret) sealedKind {
	return sealedKind{
		magic: files.Magic{'H', 'F', 'H', 'I', 'S', 'T', 'R', 'Y'}, version: 1, name: "history.hf", key: Secret(HistoryKey(ring)),
	}
}

// SaveHistory keeps the journal, a value that becomes JSON. It must hold models
// and versions alone: no identifier and no digest of one. Errors: disk_full, file.
func SaveHistory(d files.Disk, rand io.Reader, path string, ring Secret, journal any) error {
	return historyKind(ring).save(d, rand, path, journal)
}

// LoadHistory fills journal with what was saved; it leaves it alone where there
// is no file. Errors: state_broken, state_newer (with the file's name), file.
func LoadHistory(d files.Disk, path string, ring Secret, journal any) error {
	return historyKind(ring).load(d, path, journal)
}
