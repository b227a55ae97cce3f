package deliver

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// mailSize is room enough for most mails, in bytes.
const mailSize = 12 << 10

// compose writes the mail of a letter as it goes to the relay after DATA: plain
// text and HTML (RFC 2046, multipart/alternative), no trace of the program, dots
// doubled at the beginning of lines, and the line with the dot that ends it. The
// memory of buf is used where it is enough.
func (s *SMTP) compose(buf []byte, l Letter, to *mail.Address) ([]byte, error) {
	if strings.ContainsAny(l.Subject+l.MessageID+l.Language+l.Return, "\r\n") {
		return nil, errors.New("deliver: a header with a line end")
	}
	edge := boundary(l.MessageID)
	buf = s.header(buf[:0], l, to, edge)
	head := len(buf)
	buf = slices.Grow(buf, 2*(len(l.Text)+len(l.HTML)))
	buf = part(append(buf, "\r\n"...), edge, "text/plain", l.Text)
	buf = part(append(buf, "\r\n"...), edge, "text/html", l.HTML)
	buf = append(append(append(buf, "\r\n--"...), edge...), "--\r\n"...)
	if s.opt.Sign != nil {
		signature, err := s.opt.Sign.signer(l.Date).Sign(buf[:head], buf[head+len("\r\n"):])
		if err != nil {
			return nil, err
		}
		buf = append([]byte(signature), buf...)
	}
	return append(stuffed(buf), ".\r\n"...), nil
}

// stuffed doubles the dots at the beginning of lines (RFC 5321, 4.5.2).
func stuffed(buf []byte) []byte {
	n := bytes.Count(buf, []byte("\n."))
	if n == 0 {
		return buf
	}
	from, to := len(buf), len(buf)+n
	buf = append(buf, make([]byte, n)...)
	for ; to > from; from, to = from-1, to-1 {
		buf[to-1] = buf[from-1]
		if buf[from-1] == '.' && from > 1 && buf[from-2] == '\n' {
			to--
			buf[to-1] = '.'
		}
	}
	return buf
}

// header writes the header, without the empty line after it.
func (s *SMTP) header(buf []byte, l Letter, to *mail.Address, edge string) []byte {
	id := l.MessageID
	if id == "" {
		id = fmt.Sprintf("%d.%s@%s", l.Date.UnixNano(), strings.ToLower(l.Reference), s.opt.Host)
	}
	buf = field(buf, "Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	buf = field(buf, "Content-Language", encoded(l.Language))
	buf = field(buf, "Date", l.Date.Format(time.RFC1123Z))
	buf = field(buf, "MIME-Version", "1.0")
	buf = field(buf, "Message-ID", encoded("<"+id+">"))
	buf = field(buf, "Subject", encoded(l.Subject))
	buf = field(buf, "X-Auto-Response-Suppress", "All")
	if l.Return != "" {
		buf = field(buf, returnHeader, encoded(l.Return))
	}
	buf = field(buf, "From", s.shown)
	buf = field(buf, "To", to.String())
	buf = append(buf, "Content-Type: multipart/alternative;\r\n boundary=\""...)
	return append(append(buf, edge...), "\"\r\n"...)
}

// encoded is a value for a header in ASCII (RFC 2047).
func encoded(s string) string { return mime.QEncoding.Encode("UTF-8", s) }

// lineMost is how long the lines of a header should be at most (RFC 5322, 2.1.1).
const lineMost = 76

// field writes one field of the header, broken between words where it is long.
func field(buf []byte, name, value string) []byte {
	buf = append(append(buf, name...), ": "...)
	room := lineMost - 2 - len(name) - 2
	for more := true; more; {
		var word string
		word, value, more = strings.Cut(value, " ")
		if room-len(word) <= 1 {
			buf = append(bytes.TrimSuffix(buf, []byte(" ")), "\r\n "...)
			room = lineMost - 3
		}
		buf = append(buf, word...)
		if room -= len(word); more {
			buf = append(buf, ' ')
			room--
		}
	}
	return append(buf, "\r\n"...)
}

// boundary is what stands between the parts. "=_" is in no quoted-printable text,
// so nothing in a letter can look like it; the Message-ID makes it differ between
// mails, and the same in every attempt.
func boundary(messageID string) string {
	local, _, _ := strings.Cut(messageID, "@")
	for _, r := range local {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return "=_alternative"
		}
	}
	return "=_" + local[:min(len(local), boundaryMost)]
}

// boundaryMost is how much of a Message-ID is used; a boundary has at most 70
// characters (RFC 2046, 5.1.1).
const boundaryMost = 60

func part(buf []byte, edge, kind, body string) []byte {
	buf = append(append(append(buf, "--"...), edge...), "\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: "...)
	buf = append(append(buf, kind...), "; charset=UTF-8\r\n\r\n"...)
	return quoted(buf, body)
}
