package rpmdb

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
)

// Limits.
const (
	MaxPackages = 10_000
	// MaxLog is how many bytes of a write-ahead log are looked at; RPM empties
	// it after each transaction.
	MaxLog     = 64 << 20
	maxEntries = 0xffff  // index entries of a header, as RPM itself has it
	maxPrefix  = 4 << 20 // bytes at a header's beginning that are looked at
)

// Package is one installed package.
type Package struct {
	Name, Version, Release string
	Epoch                  string // decimal; empty where there is none
	Arch                   string
}

// EVR is the version with its epoch and release, as RPM writes it.
func (p Package) EVR() string {
	s := p.Version + "-" + p.Release
	if p.Epoch != "" {
		s = p.Epoch + ":" + s
	}
	return s
}

// Read gives all packages of a database of some length in bytes, with its
// write-ahead log (empty where there is none), in the database's order. It
// gives all of them or an error (ErrFormat, ErrTooMany), never a part.
func Read(db io.ReaderAt, length int64, wal []byte) ([]Package, error) {
	if len(wal) > MaxLog {
		return nil, ErrTooMany
	}
	p, err := newPager(db, length, wal)
	if err != nil {
		return nil, err
	}
	root, err := p.table("Packages")
	if err != nil {
		return nil, err
	}
	var out []Package
	err = p.rows(root, func(r *row) error {
		pkg, err := packageOf(r)
		if err != nil {
			return err
		}
		if len(out) == MaxPackages {
			return ErrTooMany
		}
		out = append(out, pkg)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// table finds a table's root page in the schema: type, name, table, root, SQL.
func (p *pager) table(name string) (root uint32, err error) {
	err = p.rows(1, func(r *row) error {
		c, err := r.columns(4)
		if err != nil || len(c) < 4 {
			return broken("the schema")
		}
		b, err := r.upTo(c[3].end)
		if err != nil {
			return err
		}
		if string(b[c[0].start:c[0].end]) != "table" || string(b[c[1].start:c[1].end]) != name {
			return nil
		}
		for _, x := range b[c[3].start:c[3].end] {
			root = root<<8 | uint32(x)
		}
		return nil
	})
	if err == nil && root == 0 {
		err = broken("no table " + name)
	}
	return root, err
}

// packageOf reads a row of Packages: its number, and the header as a blob.
func packageOf(r *row) (Package, error) {
	c, err := r.columns(2)
	if err != nil {
		return Package{}, err
	}
	if len(c) < 2 || c[1].sort < 12 || c[1].sort%2 != 0 {
		return Package{}, broken("a row of packages")
	}
	return header{r, c[1].start, c[1].end}.read()
}

// Tags of a header, and the types of their values.
const (
	tagName    = 1000
	tagVersion = 1001
	tagRelease = 1002
	tagEpoch   = 1003
	tagArch    = 1022

	typeInt32  = 4
	typeString = 6
)

// header is RPM's header within a row: two counts, an index, the data.
type header struct {
	row        *row
	start, end int
}

func (h header) read() (Package, error) {
	b, err := h.row.upTo(min(h.end, h.start+8))
	if err != nil || len(b) < h.start+8 {
		return Package{}, broken("a header's beginning")
	}
	entries, data := int(binary.BigEndian.Uint32(b[h.start:])), int(binary.BigEndian.Uint32(b[h.start+4:]))
	index := h.start + 8
	store := index + 16*entries
	if entries < 1 || entries > maxEntries || data < 0 || store+data > h.end {
		return Package{}, broken("a header's lengths")
	}
	if b, err = h.row.upTo(store); err != nil {
		return Package{}, err
	}
	var p Package
	for i := range entries {
		e := entry{row: h.row, store: store, data: data}
		e.parse(b[index+16*i:])
		if err := e.into(&p); err != nil {
			return Package{}, err
		}
	}
	if p.Name == "" || p.Version == "" {
		return Package{}, broken("a package without name or version")
	}
	return p, nil
}

// entry is one line of a header's index.
type entry struct {
	row                      *row
	store, data              int
	tag, kind, offset, count uint32
}

func (e *entry) parse(b []byte) {
	be := binary.BigEndian
	e.tag, e.kind, e.offset, e.count = be.Uint32(b), be.Uint32(b[4:]), be.Uint32(b[8:]), be.Uint32(b[12:])
}

// into puts the value of a tag that is wanted where it belongs.
func (e *entry) into(p *Package) (err error) {
	switch e.tag {
	case tagName:
		p.Name, err = e.text()
	case tagVersion:
		p.Version, err = e.text()
	case tagRelease:
		p.Release, err = e.text()
	case tagArch:
		p.Arch, err = e.text()
	case tagEpoch:
		p.Epoch, err = e.number()
	}
	return err
}

// longest is how many bytes a name or a version has at most.
const longest = 1024

func (e *entry) text() (string, error) {
	if e.kind != typeString || int(e.offset) >= e.data {
		return "", broken("a text in a header")
	}
	for n := 64; ; n *= 4 {
		b, err := e.bytes(n)
		if err != nil {
			return "", err
		}
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return string(b[:i]), nil
		}
		if len(b) < n || n > longest {
			return "", broken("a text without an end")
		}
	}
}

func (e *entry) number() (string, error) {
	if e.kind != typeInt32 || e.count < 1 || int(e.offset)+4 > e.data {
		return "", broken("a number in a header")
	}
	b, err := e.bytes(4)
	if err != nil {
		return "", err
	}
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10), nil
}

// bytes gives up to n bytes of the value, fewer at the data's end.
func (e *entry) bytes(n int) ([]byte, error) {
	at := e.store + int(e.offset)
	end := min(at+n, e.store+e.data)
	if end > maxPrefix {
		return nil, ErrTooMany
	}
	b, err := e.row.upTo(end)
	if err != nil {
		return nil, err
	}
	return b[at:], nil
}
