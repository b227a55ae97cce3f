package fingerprint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"howett.net/plist"
)

// errPropertyList: a property list that is broken, or that somebody made to
// keep a reader busy.
var errPropertyList = errors.New("not a sound property list")

// Bounds of property lists. The parser behind them is recursive and follows
// every reference, so what would make it work long or deep is refused before.
const (
	plistDepth = 64      // levels of arrays and dictionaries
	plistNodes = 200_000 // values, counted as often as they are referred to
)

// decodePlist reads a property list, XML or binary, into v. It never panics and
// its work is bounded by the bounds above.
func decodePlist(b []byte, v any) (err error) {
	if err := soundPlist(b); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPropertyList, p)
		}
	}()
	if _, err := plist.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", errPropertyList, err)
	}
	return nil
}

// soundPlist looks over a property list before it is parsed. The third format,
// plain text, is not for files of the system.
func soundPlist(b []byte) error {
	switch {
	case bytes.HasPrefix(b, []byte("bplist0")):
		return soundBinary(b)
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")):
		return soundXML(b)
	}
	return errPropertyList
}

// soundXML counts tags and levels. Whatever it cannot follow is refused, so that
// it never sees fewer levels than the parser will.
func soundXML(b []byte) error {
	depth, nodes, tops := 0, 0, 0
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return nil
		}
		tag, rest, ok := nextTag(b[i+1:])
		if !ok {
			return errPropertyList
		}
		b = rest
		switch {
		case tag == nil, tag[0] == '!', tag[len(tag)-1] == '/':
		case tag[0] == '/':
			depth--
		default:
			depth++
		}
		if tag != nil && bytes.HasPrefix(tag, []byte("plist")) {
			tops++
		}
		if nodes++; depth < 0 || depth > plistDepth || nodes > 2*plistNodes || tops > 1 {
			return errPropertyList
		}
	}
}

// nextTag gives what stands between angle brackets, and what comes after; nil
// for a comment and the like. A property list has quotes in two places only,
// and elsewhere one could hide a bracket.
func nextTag(b []byte) (tag, rest []byte, ok bool) {
	for start, end := range map[string]string{"!--": "-->", "![CDATA[": "]]>", "?": "?>"} {
		if inner, found := bytes.CutPrefix(b, []byte(start)); found {
			_, rest, ok = bytes.Cut(inner, []byte(end))
			return nil, rest, ok
		}
	}
	tag, rest, ok = bytes.Cut(b, []byte(">"))
	if !ok || len(tag) == 0 || bytes.IndexByte(tag, '<') >= 0 {
		return nil, nil, false
	}
	document := tag[0] == '!'
	if document && bytes.IndexByte(tag, '[') >= 0 ||
		!document && !bytes.HasPrefix(tag, []byte("plist")) && bytes.ContainsAny(tag, `"'`) {
		return nil, nil, false
	}
	return tag, rest, true
}

// binaryPlist is the outer form of a binary property list: objects, a table of
// their offsets, and a trailer of 32 bytes (CFBinaryPList.c).
type binaryPlist struct {
	objects          []byte // header and objects
	table            []byte
	offSize, refSize int
	count            uint64
	nodes            int
}

func soundBinary(b []byte) error {
	if len(b) < 8+1+32 {
		return errPropertyList
	}
	t := b[len(b)-32:]
	p := binaryPlist{offSize: int(t[6]), refSize: int(t[7]), count: binary.BigEndian.Uint64(t[8:])}
	top, table := binary.BigEndian.Uint64(t[16:]), binary.BigEndian.Uint64(t[24:])
	end := uint64(len(b) - 32)
	switch {
	case p.offSize < 1 || p.offSize > 8, p.refSize < 1 || p.refSize > 8, p.count == 0 || p.count > end,
		table < 9 || table >= end, table+p.count*uint64(p.offSize) != end:
		return errPropertyList
	}
	p.objects, p.table = b[:table], b[table:end]
	if !p.walk(top, 0) {
		return errPropertyList
	}
	return nil
}

// walk goes over an object the way the parser will, and gives up where that
// would be too much.
func (p *binaryPlist) walk(object uint64, depth int) bool {
	if p.nodes++; p.nodes > plistNodes || depth > plistDepth || object >= p.count {
		return false
	}
	at := bigEndian(p.table[object*uint64(p.offSize):][:p.offSize])
	if at >= uint64(len(p.objects)) {
		return false
	}
	b := p.objects[at:]
	size, body, ok := plistSize(b)
	if !ok {
		return false
	}
	switch b[0] >> 4 {
	case 0x4, 0x5: // bytes, ASCII
		return size <= uint64(len(body))
	case 0x6: // UTF-16
		return size <= uint64(len(body))/2
	case 0xa:
		return p.walkAll(body, size, depth)
	case 0xd:
		return size <= uint64(len(body)) && p.walkAll(body, 2*size, depth)
	}
	return true
}

func (p *binaryPlist) walkAll(body []byte, n uint64, depth int) bool {
	if n > uint64(len(body))/uint64(p.refSize) {
		return false
	}
	for i := range n {
		if !p.walk(bigEndian(body[i*uint64(p.refSize):][:p.refSize]), depth+1) {
			return false
		}
	}
	return true
}

// plistSize gives an object's count, which stands in the low half of its first
// byte or, where that is 15, in an integer after it.
func plistSize(b []byte) (size uint64, body []byte, ok bool) {
	if b[0]&0xf != 0xf {
		return uint64(b[0] & 0xf), b[1:], true
	}
	if len(b) < 2 {
		return 0, nil, b[0]>>4 < 4
	}
	n := 1 << (b[1] & 0xf)
	if b[1]>>4 != 1 || n > 8 || len(b) < 2+n {
		// Only what holds a count needs one.
		return 0, nil, b[0]>>4 < 4
	}
	return bigEndian(b[2:][:n]), b[2+n:], true
}

func bigEndian(b []byte) uint64 {
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
