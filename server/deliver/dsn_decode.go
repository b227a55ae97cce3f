package deliver

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// decode undoes the encoding of a part that the multipart reader has left.
func decode(body io.Reader, h textproto.MIMEHeader) io.Reader {
	if strings.EqualFold(strings.TrimSpace(h.Get("Content-Transfer-Encoding")), "base64") {
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body // the multipart reader has undone quoted-printable by itself
}

// decodeTop undoes the encoding of a mail that is one text; parts within others
// were decoded before.
func decodeTop(body io.Reader, h textproto.MIMEHeader, depth int) io.Reader {
	if depth > 0 {
		return body
	}
	if strings.EqualFold(strings.TrimSpace(h.Get("Content-Transfer-Encoding")), "quoted-printable") {
		return quotedprintable.NewReader(body)
	}
	return decode(body, h)
}
