package rpmdb

import "encoding/binary"

// Sorts of pages of a table, and how deep a tree may be: with the smallest
// pages twenty levels hold more rows than there are numbers.
const (
	interior = 0x05
	leaf     = 0x0d
	maxDepth = 20
)

// rows calls f with each row of the table whose root is a page, in order.
func (p *pager) rows(root uint32, f func(*row) error) error {
	return p.walk(root, 0, map[uint32]bool{}, f)
}

// walk visits a page and what is below it. No page has two parents, so a page
// that comes again is damage.
func (p *pager) walk(n uint32, depth int, seen map[uint32]bool, f func(*row) error) error {
	if depth > maxDepth || seen[n] {
		return broken("a tree with a circle")
	}
	seen[n] = true
	b, err := p.page(n, nil)
	if err != nil {
		return err
	}
	at := 0
	if n == 1 {
		at = 100 // the file's header stands before the first page's
	}
	kind := b[at]
	if kind != interior && kind != leaf {
		return broken("a page that is no table's")
	}
	cells := int(binary.BigEndian.Uint16(b[at+3:]))
	pointers := at + 8
	if kind == interior {
		pointers = at + 12
	}
	if pointers+2*cells > p.usable {
		return broken("more cells than fit")
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(b[pointers+2*i:]))
		if cell < pointers+2*cells || cell+4 > p.usable {
			return broken("a cell outside of its page")
		}
		if kind == interior {
			err = p.walk(binary.BigEndian.Uint32(b[cell:]), depth+1, seen, f)
		} else {
			err = p.leafCell(b[:p.usable], cell, f)
		}
		if err != nil {
			return err
		}
	}
	if kind == interior {
		return p.walk(binary.BigEndian.Uint32(b[at+8:]), depth+1, seen, f)
	}
	return nil
}

// leafCell reads a row: its length, its number, the part of it that lies on the
// page, and where the rest is.
func (p *pager) leafCell(b []byte, cell int, f func(*row) error) error {
	length, n := varint(b[cell:])
	_, m := varint(b[cell+n:])
	if n == 0 || m == 0 || length > 1<<31 {
		return broken("a row's length")
	}
	start := cell + n + m
	local := p.local(int(length))
	if start+local > len(b) {
		return broken("a row outside of its page")
	}
	r := &row{pager: p, length: int(length), have: b[start : start+local : start+local]}
	if local < r.length {
		if start+local+4 > len(b) {
			return broken("a row without its rest")
		}
		r.next = binary.BigEndian.Uint32(b[start+local:])
	}
	return f(r)
}

// local is how many bytes of a row of some length lie on its own page.
func (p *pager) local(length int) int {
	if length <= p.usable-35 {
		return length
	}
	least := (p.usable-12)*32/255 - 23
	if k := least + (length-least)%(p.usable-4); k <= p.usable-35 {
		return k
	}
	return least
}

// row is one row's bytes, of which only the beginning is read.
type row struct {
	pager  *pager
	length int
	have   []byte
	next   uint32 // page with what follows
}

// upTo gives the first n bytes, reading overflow pages as far as needed.
func (r *row) upTo(n int) ([]byte, error) {
	if n > r.length {
		return nil, broken("a row that is too short")
	}
	for len(r.have) < n {
		b, err := r.pager.page(r.next, r.pager.scratch)
		if err != nil {
			return nil, err
		}
		r.next = binary.BigEndian.Uint32(b)
		more := min(r.pager.usable-4, r.length-len(r.have))
		r.have = append(r.have, b[4:4+more]...)
	}
	return r.have[:n], nil
}

// varint reads a number of one to nine bytes; n is 0 where it is cut short.
func varint(b []byte) (v uint64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// column says where a column's value lies in a row, and its sort.
type column struct {
	sort       uint64
	start, end int
}

// columns reads a record's header. At most limit columns are looked at.
func (r *row) columns(limit int) ([]column, error) {
	head, err := r.upTo(min(r.length, 9))
	if err != nil {
		return nil, err
	}
	size, n := varint(head)
	if n == 0 || size > 1000 || int(size) < n {
		return nil, broken("a record's header")
	}
	if head, err = r.upTo(int(size)); err != nil {
		return nil, err
	}
	var out []column
	at := int(size)
	for rest := head[n:]; len(rest) > 0 && len(out) < limit; {
		sort, n := varint(rest)
		length, ok := lengthOf(sort)
		if n == 0 || !ok || at+length > r.length {
			return nil, broken("a record's column")
		}
		out = append(out, column{sort, at, at + length})
		at += length
		rest = rest[n:]
	}
	return out, nil
}

// lengthOf gives a value's bytes by its sort.
func lengthOf(sort uint64) (int, bool) {
	switch {
	case sort < 10:
		return [...]int{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}[sort], true
	case sort < 12 || sort > 1<<31:
		return 0, false
	default:
		return int(sort-12) / 2, true
	}
}
