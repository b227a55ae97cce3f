package keystore

import (
	"errors"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// maxPassphrase is the longest passphrase in bytes.
const maxPassphrase = 4096

// HintPassphraseFile names the hint that explains the passphrase file.
const HintPassphraseFile = "passphrase-file"

// readPassphrase reads the first line of a file. There is no rule about the
// file's mode: secrets are mounted in many ways, and the mode is the
// administrator's word.
func readPassphrase(d files.Disk, path string) ([]byte, error) {
	data, err := d.Read(path)
	if err != nil {
		return nil, api.Wrap(api.CodeKeyringAbsent, err, HintPassphraseFile)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" || len(line) > maxPassphrase {
		return nil, api.Wrap(api.CodePassphrase, errors.New("keystore: the passphrase file's first line is empty or too long"), HintPassphraseFile)
	}
	return []byte(line), nil
}
