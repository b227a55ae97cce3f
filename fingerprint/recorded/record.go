package recorded

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// Pack gives the packed form of a recorded computer's directory: what Unpack
// makes a directory of again. Only files, links and empty directories are kept.
func Pack(dir string) ([]byte, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	var a txtar.Archive
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if name == "." || name == ManifestName {
			return nil
		}
		f, keep, err := packOne(p, name, d, m)
		if keep {
			a.Files = append(a.Files, f)
		}
		return err
	})
	return txtar.Format(&a), err
}

func packOne(p, name string, d fs.DirEntry, m Manifest) (txtar.File, bool, error) {
	f := txtar.File{Name: escapeName(name)}
	switch {
	case d.IsDir():
		list, err := os.ReadDir(p)
		f.Name += " @" + markDir
		return f, err == nil && len(list) == 0, err
	case d.Type()&fs.ModeSymlink != 0:
		target, err := os.Readlink(p)
		f.Name += " @" + markLink
		f.Data = []byte(filepath.ToSlash(target) + "\n")
		return f, err == nil, err
	case !d.Type().IsRegular():
		return f, false, nil
	}
	b, err := os.ReadFile(p)
	mark := ""
	switch {
	case !plain(b) && slices.Contains(m.Closed, name):
		mark, b = markBoth, hexLines(b)
	case !plain(b):
		mark, b = markHex, hexLines(b)
	case slices.Contains(m.Closed, name):
		mark = markClosed
	case slices.Contains(m.Loose, name):
		mark = markLoose
	case len(b) > 0 && b[len(b)-1] != '\n':
		mark = markBare
	}
	if mark != "" {
		f.Name += " @" + mark
	}
	f.Data = b
	return f, err == nil, err
}

// plain says whether txtar can hold a text as it is.
func plain(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 && !bytes.Contains(b, []byte("\r")) &&
		!bytes.HasPrefix(b, []byte("-- ")) && !bytes.Contains(b, []byte("\n-- "))
}

func hexLines(b []byte) []byte {
	var out strings.Builder
	for chunk := range slices.Chunk(b, 32) {
		out.WriteString(hex.EncodeToString(chunk))
		out.WriteByte('\n')
	}
	return []byte(out.String())
}
