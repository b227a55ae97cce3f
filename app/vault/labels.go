package vault

import (
	"io"

	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// labelsKind is the labels file: a JSON list of models and versions.
func labelsKind(ring Secret) sealedKind {
	return sealedKind{
		magic: files.Magic{'H', 'F', 'L', 'A', 'B', 'E', 'L', 'S'}, version: 1, name: "labels.hf", key: Secret(LabelsKey(ring)),
	}
}

// SaveLabels keeps the models and versions of an activated configuration, so
// that drift can be named while the vault is locked. Labels of identifying
// kinds are left out, whatever they say: nothing on the disk may confirm one
// identifier. Errors: disk_full, file.
func SaveLabels(d files.Disk, rand io.Reader, path string, ring Secret, labels []fingerprint.Label) error {
	return labelsKind(ring).save(d, rand, path, Nameable(labels))
}

// Nameable gives the labels that may be kept: models and versions, and none of
// an identifying kind.
func Nameable(labels []fingerprint.Label) []fingerprint.Label {
	kept := make([]fingerprint.Label, 0, len(labels))
	for _, l := range labels {
		if !fingerprint.Identifier(l.Kind) {
			kept = append(kept, l)
		}
	}
	return kept
}

// LoadLabels gives the labels that were saved; none where there is no file.
// Errors: state_broken, state_newer (with the file's name), file. Nothing but
// the words of drift depends on them.
func LoadLabels(d files.Disk, path string, ring Secret) ([]fingerprint.Label, error) {
	var out []fingerprint.Label
	err := labelsKind(ring).load(d, path, &out)
	return out, err
}
