package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// keyFolder is a KMS of files: master.key, and after rotations master-2.key,
// master-3.key and so on. The highest number is the current key. The folder is
// read anew each time, so that a file which is put there is found by a server that
// runs.
type keyFolder struct {
	dir  string
	rand io.Reader
}

// masterNumber is a master key file's number; zero where it is none.
func masterNumber(name string) int {
	if name == MasterFile {
		return 1
	}
	middle, ok := strings.CutPrefix(name, "master-")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(middle, ".key"))
	if err != nil || n < 2 || name != masterName(n) {
		return 0
	}
	return n
}

func masterName(n int) string {
	if n == 1 {
		return MasterFile
	}
	return fmt.Sprintf("master-%d.key", n)
}

// files lists the folder's master keys by number.
func (k keyFolder) files() ([]string, error) {
	list, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, refuseFor("master-read", err, text.Data{"File": k.dir})
	}
	var names []string
	for _, e := range list {
		if masterNumber(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return masterNumber(a) - masterNumber(b) })
	return names, nil
}

func (k keyFolder) keys() (server.MasterKeys, error) {
	names, err := k.files()
	if err != nil {
		return nil, err
	}
	var keys server.MasterKeys
	for _, name := range names {
		key, err := readMaster(filepath.Join(k.dir, name))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// fileOf is the path of the key of a name; empty where it is not here.
func (k keyFolder) fileOf(master string) string {
	names, err := k.files()
	if err != nil {
		return ""
	}
	for _, name := range names {
		path := filepath.Join(k.dir, name)
		if key, err := readMaster(path); err == nil && server.MasterKey(key).Name() == master {
			return path
		}
	}
	return ""
}

func (k keyFolder) Current(ctx context.Context) (string, error) {
	keys, err := k.keys()
	if err != nil {
		return "", err
	}
	return keys.Current(ctx)
}

func (k keyFolder) Wrap(ctx context.Context, master, label string, key []byte) ([]byte, error) {
	keys, err := k.keys()
	if err != nil {
		return nil, err
	}
	return keys.Wrap(ctx, master, label, key)
}

func (k keyFolder) Unwrap(ctx context.Context, master, label string, wrapped []byte) ([]byte, error) {
	keys, err := k.keys()
	if err != nil {
		return nil, err
	}
	return keys.Unwrap(ctx, master, label, wrapped)
}

// Derived is server.FirstKeys.
func (k keyFolder) Derived(ctx context.Context, label string) ([]byte, error) {
	keys, err := k.keys()
	if err != nil {
		return nil, err
	}
	return keys.Derived(ctx, label)
}

// MakeMaster makes the file of the next number. Where another process was first,
// that one's is the current key.
func (k keyFolder) MakeMaster(ctx context.Context) (string, error) {
	names, err := k.files()
	if err != nil {
		return "", err
	}
	next := 1
	if len(names) > 0 {
		next = masterNumber(names[len(names)-1]) + 1
	}
	path := filepath.Join(k.dir, masterName(next))
	if _, err := makeMaster(path, k.rand); err != nil {
		return "", refuseFor("master-make", err, text.Data{"File": path})
	}
	return k.Current(ctx)
}
