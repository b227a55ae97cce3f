package deliver

// quotedMost is how many characters a line of quoted-printable text has at most,
// with the "=" that says that it goes on (RFC 2045, 6.7).
const quotedMost = 76

const hexDigits = "0123456789ABCDEF"

// quoted appends a text as quoted-printable: lines end in CR LF whatever they
// ended in.
func quoted(buf []byte, s string) []byte {
	begin := len(buf) // of the line
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\n' && i > 0 && s[i-1] == '\r': // its line has ended
			i++
		case c == '\n' || c == '\r':
			buf = append(spaceAtEnd(buf, begin), "\r\n"...)
			begin = len(buf)
			i++
		case literal(c):
			if begin+quotedMost-1 == len(buf) {
				buf = append(buf, "=\r\n"...)
				begin = len(buf)
			}
			n, most := 1, min(len(s)-i, begin+quotedMost-1-len(buf))
			for n < most && literal(s[i+n]) {
				n++
			}
			buf = append(buf, s[i:i+n]...)
			i += n
		default:
			for ; i < len(s) && !literal(s[i]) && s[i] != '\n' && s[i] != '\r'; i++ {
				buf, begin = byNumber(buf, begin, s[i])
			}
		}
	}
	return spaceAtEnd(buf, begin)
}

// literal says whether a byte stands for itself; a space does not at a line's end.
func literal(c byte) bool { return c >= ' ' && c <= '~' && c != '=' || c == '\t' }

// byNumber writes a byte as =XX, on a new line where there is no room.
func byNumber(buf []byte, begin int, c byte) ([]byte, int) {
	if begin+quotedMost-1-len(buf) < len("=XX") {
		buf = append(buf, "=\r\n"...)
		begin = len(buf)
	}
	return append(buf, '=', hexDigits[c>>4], hexDigits[c&15]), begin
}

// spaceAtEnd writes a space or tab at the end of a line so that it is not lost.
func spaceAtEnd(buf []byte, begin int) []byte {
	last := len(buf) - 1
	if last < begin || buf[last] != ' ' && buf[last] != '\t' {
		return buf
	}
	buf, _ = byNumber(buf[:last], begin, buf[last])
	return buf
}
