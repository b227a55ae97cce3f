package roots

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// line is one line of an export: the signed root first, then its leaves.
type line struct {
	Root string `json:"root,omitempty"`
	*Leaf
}

// Writer writes one root's export, JSON lines.
type Writer struct {
	out *bufio.Writer
	enc *json.Encoder
}

// NewWriter begins an export with the signed root (a compact JWS).
func NewWriter(w io.Writer, signed string) (*Writer, error) {
	out := bufio.NewWriter(w)
	x := &Writer{out: out, enc: json.NewEncoder(out)}
	return x, x.enc.Encode(line{Root: signed})
}

// Leaf adds a leaf, in the order of the tree.
func (x *Writer) Leaf(l Leaf) error { return x.enc.Encode(line{Leaf: &l}) }

// Flush writes what is buffered.
func (x *Writer) Flush() error { return x.out.Flush() }

// ErrForm says that a file is no export of a root.
var ErrForm = errors.New("roots: not an export of an audit root")

// lineLongest bounds one line of an export, in bytes: a signed root is about 700.
const lineLongest = 64 << 10

// Read reads one root's export from its beginning and calls root once and then
// leaf for every leaf. Errors: ErrForm, those of r, and those of the functions.
func Read(r io.Reader, root func(signed string) error, leaf func(Leaf) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), lineLongest)
	for first := true; lines.Scan(); first = false {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || first != (l.Root != "") || first == (l.Leaf != nil) {
			return ErrForm
		}
		var err error
		if first {
			err = root(l.Root)
		} else {
			err = leaf(*l.Leaf)
		}
		if err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return ErrForm
	}
	return lines.Err()
}

// FileName is the name of a root's export. A root that was made after a backup
// was restored has another epoch, and so never takes the place of one that was
// exported before.
func FileName(epoch, number int64) string {
	return fmt.Sprintf("audit-root-%06d-%010d.jsonl", epoch, number)
}

var fileName = regexp.MustCompile(`^audit-root-(\d{6,18})-(\d{10,18})\.jsonl$`)

// Exported is one file of a folder of exports.
type Exported struct {
	Path   string
	Epoch  int64
	Number int64
}

// List gives the exports of a folder by epoch and number; other files are left
// out. A path that is a file is a list of one.
func List(path string) ([]Exported, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []Exported{{Path: path}}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var list []Exported
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		x := Exported{Path: filepath.Join(path, e.Name())}
		x.Epoch, _ = strconv.ParseInt(m[1], 10, 64) // at most 18 digits
		x.Number, _ = strconv.ParseInt(m[2], 10, 64)
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b Exported) int {
		if a.Epoch != b.Epoch {
			return cmp.Compare(a.Epoch, b.Epoch)
		}
		return cmp.Compare(a.Number, b.Number)
	})
	return list, nil
}

// Save writes an export into a folder under its name, whole or not at all, and
// synced. It leaves a file that is there alone.
func Save(dir string, epoch, number int64, write func(io.Writer) error) error {
	path := filepath.Join(dir, FileName(epoch, number))
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.CreateTemp(dir, ".audit-root-") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync() // Windows has no such call and does it by itself
	return d.Close()
}
