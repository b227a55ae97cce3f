package delivertest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
)

// Mail is one mail as it arrived.
type Mail struct {
	Header mail.Header
	// From and To are bare addresses, Subject is decoded, MessageID has no angle
	// brackets.
	From, To, Subject, MessageID string
	// Text and HTML are the two shapes of the body; lines end in \n.
	Text, HTML string
	// Code is the first code in the text, such as 4HT-M3X-R9W; empty in notices.
	Code string
}

var aCode = regexp.MustCompile(`\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b`)

// Parse reads a mail of RFC 5322 with a multipart/alternative body.
func Parse(raw []byte) (Mail, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: msg.Header, MessageID: strings.Trim(msg.Header.Get("Message-ID"), "<>")}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return Mail{}, err
	}
	for field, to := range map[string]*string{"From": &m.From, "To": &m.To} {
		list, err := msg.Header.AddressList(field)
		if err != nil || len(list) != 1 {
			return Mail{}, fmt.Errorf("%s: %d addresses, %w", field, len(list), err)
		}
		*to = list[0].Address
	}
	if err := m.body(msg); err != nil {
		return Mail{}, err
	}
	m.Code = aCode.FindString(m.Text)
	return m, nil
}

func (m *Mail) body(msg *mail.Message) error {
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return fmt.Errorf("body of type %q: %w", kind, err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		raw, err := io.ReadAll(decoded(p, p.Header.Get("Content-Transfer-Encoding")))
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			m.HTML = text
		} else {
			m.Text = text
		}
	}
}

func decoded(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	default:
		return r
	}
}
