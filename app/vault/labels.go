package vault

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// labelsMagic and labelsVersion frame the labels file: nonce and JSON sealed
// with XChaCha20-Poly1305 under LabelsKey.
var labelsMagic = files.Magic{'H', 'F', 'L', 'A', 'B', 'E', 'L', 'S'}

const labelsVersion = 1

// SaveLabels keeps the models and versions of an activated configuration, so
// that drift can be named while the vault is locked. Labels of identifying
// kinds are left out, whatever they say: nothing on the disk may confirm one
// identifier. Errors: disk_full, file.
func SaveLabels(d files.Disk, rand io.Reader, path string, ring Secret, labels []fingerprint.Label) error {
	kept := make([]fingerprint.Label, 0, len(labels))
	for _, l := range labels {
		if !fingerprint.Identifier(l.Kind) {
			kept = append(kept, l)
		}
	}
	plain, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	sealed, err := sealBytes(rand, Secret(LabelsKey(ring)), plain, labelsMagic[:])
	if err != nil {
		return err
	}
	return d.Replace(path, files.Frame(labelsMagic, labelsVersion, sealed))
}

// LoadLabels gives the labels that were saved; none where there is no file.
// Errors: state_broken, state_newer (with the file's name), file. Nothing but
// the words of drift depends on them.
func LoadLabels(d files.Disk, path string, ring Secret) ([]fingerprint.Label, error) {
	data, err := d.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, sealed, err := files.Unframe(labelsMagic, labelsVersion, data)
	if errors.Is(err, files.ErrNewer) {
		return nil, api.Wrap(api.CodeStateNewer, err).With("File", "labels.hf")
	}
	plain, ok := openBytes(Secret(LabelsKey(ring)), sealed, labelsMagic[:])
	var out []fingerprint.Label
	if err != nil || !ok || json.Unmarshal(plain, &out) != nil {
		return nil, api.Wrap(api.CodeStateBroken, files.ErrBroken).With("File", "labels.hf")
	}
	return out, nil
}
