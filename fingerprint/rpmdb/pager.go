package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Errors of Read.
var (
	// ErrFormat: the file is no database that is understood, or a damaged one.
	ErrFormat = errors.New("rpmdb: not understood")
	// ErrTooMany: there is more in it than the limits allow.
	ErrTooMany = errors.New("rpmdb: too much")
)

func broken(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

// pager gives pages of a database, the newest committed ones.
type pager struct {
	db     io.ReaderAt
	size   int // of a page, bytes
	usable int // of it, without what is reserved at its end
	pages  uint32
	newer  map[uint32][]byte // pages in the write-ahead log
	left   int               // how many pages may still be read
	// scratch is for pages that are copied at once.
	scratch []byte
}

// maxReads bounds how many pages one list may take: 64 for each of the most
// packages that there may be, at 4 KiB a page 2.5 GiB, which nobody reaches.
const maxReads = 640_000

const magic = "SQLite format 3\x00"

func newPager(db io.ReaderAt, length int64, wal []byte) (*pager, error) {
	head := make([]byte, 100)
	if _, err := db.ReadAt(head, 0); err != nil {
		return nil, broken("shorter than a header")
	}
	if string(head[:16]) != magic {
		return nil, broken("no SQLite database")
	}
	size := int(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 1 << 16
	}
	if size < 512 || size&(size-1) != 0 || length/int64(size) >= 1<<31 {
		return nil, broken("page size")
	}
	p := &pager{db: db, size: size, pages: uint32(length / int64(size)), left: maxReads, scratch: make([]byte, size)}
	var last uint32
	if p.newer, last = committed(wal, size); last > 0 {
		p.pages = last
	}
	if first, ok := p.newer[1]; ok {
		head = first
	}
	if head[19] > 2 || binary.BigEndian.Uint32(head[56:]) != 1 {
		return nil, broken("version or encoding")
	}
	if p.usable = size - int(head[20]); p.usable < 480 {
		return nil, broken("usable size")
	}
	return p, nil
}

// page gives page n, counted from 1, read into buf where it is large enough.
func (p *pager) page(n uint32, buf []byte) ([]byte, error) {
	if n == 0 || n > p.pages {
		return nil, broken("a page outside of the file")
	}
	if p.left--; p.left < 0 {
		return nil, ErrTooMany
	}
	if b, ok := p.newer[n]; ok {
		return b, nil
	}
	if cap(buf) < p.size {
		buf = make([]byte, p.size)
	}
	buf = buf[:p.size]
	if _, err := p.db.ReadAt(buf, int64(n-1)*int64(p.size)); err != nil {
		return nil, broken("a page that cannot be read")
	}
	return buf, nil
}

const (
	walHeader   = 32
	frameHeader = 24
)

// committed gives the pages that the write-ahead log holds up to its last
// commit, and how many pages the database then has. As SQLite does at a
// recovery, a log that does not begin right is taken for empty, and what
// follows the first frame with a wrong checksum never happened.
func committed(wal []byte, size int) (pages map[uint32][]byte, last uint32) {
	if len(wal) < walHeader {
		return nil, 0
	}
	be := binary.BigEndian
	var order binary.ByteOrder = binary.LittleEndian
	switch be.Uint32(wal) {
	case 0x377f0682:
	case 0x377f0683:
		order = be
	default:
		return nil, 0
	}
	sum := checksum{order: order}
	sum.add(wal[:24])
	if int(be.Uint32(wal[8:])) != size || !sum.is(wal[24:32]) {
		return nil, 0
	}
	salt := string(wal[16:24])
	pages = map[uint32][]byte{}
	open := map[uint32][]byte{}
	for rest := wal[walHeader:]; len(rest) >= frameHeader+size; rest = rest[frameHeader+size:] {
		head, page := rest[:frameHeader], rest[frameHeader:frameHeader+size]
		sum.add(head[:8])
		sum.add(page)
		if string(head[8:16]) != salt || !sum.is(head[16:24]) {
			break
		}
		open[be.Uint32(head)] = page
		if n := be.Uint32(head[4:]); n > 0 {
			for k, v := range open {
				pages[k] = v
			}
			clear(open)
			last = n
		}
	}
	return pages, last
}

// checksum is that of the write-ahead log: two sums over pairs of numbers.
type checksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

func (c *checksum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		c.s0 += c.order.Uint32(b) + c.s1
		c.s1 += c.order.Uint32(b[4:]) + c.s0
	}
}

func (c *checksum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == c.s0 && binary.BigEndian.Uint32(b[4:]) == c.s1
}
