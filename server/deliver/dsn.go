package deliver

import (
	"bufio"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// Bounds on a returned mail: anybody can write to the mailbox that it lies in.
const (
	returnedMost   = 256 << 10 // bytes that are read of one
	returnedParts  = 16        // parts that are looked at, at each level
	returnedDepth  = 4         // levels of parts within parts
	returnedGroups = 16        // recipients of one report
	envelopeMost   = 100       // characters of an envelope's id (RFC 3461, 4.4)
)

// Returned is what a returned mail says of a mail of ours.
type Returned struct {
	// MessageID and Mark name our mail, as its own headers or its envelope do.
	MessageID string
	Mark      string
	// Failed says that it came back for good; otherwise it is only late, or the
	// report is about something else.
	Failed bool
	// Detail is the reason as the mail system that gave up told it, without
	// addresses and codes, at most 160 characters.
	Detail string
}

// dsnFields are the fields of a delivery status (RFC 3464) that say something to
// us, of the first recipient that failed, else of the first.
type dsnFields struct {
	action, status, diagnostic string
	envelope                   string
	addresses                  []string
	failed                     bool
}

var (
	aMessageID = regexp.MustCompile(`^<([0-9A-Za-z._-]{1,100}@[0-9A-Za-z.:\[\]-]{1,255})>$`)
	anEnvelope = regexp.MustCompile(`^([0-9a-f]{32})\.([0-9A-Za-z._-]{1,100}@[0-9A-Za-z.:\[\]-]{1,255})$`)
	aMark      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	aStatus    = regexp.MustCompile(`^([245])\.\d{1,3}\.\d{1,3}`)
	diagnosed  = regexp.MustCompile(`(?i)^(?:smtp|x-[0-9a-z-]{1,40})\s*;\s*`)
)

// returnHeader carries the mark of a letter; envelopeID the same and the
// Message-ID, for mail systems that return no headers but the envelope's id.
const returnHeader = "X-Holdfast-Return"

func envelopeID(l Letter) string { return l.Return + "." + l.MessageID }

// ParseReturned reads a mail from the mailbox for returned mail: a delivery
// status notification (RFC 3464, with the returned headers of RFC 3462), also one
// that is attached to another mail, or the older way of a plain mail with
// X-Failed-Recipients and the returned mail below it. Everything else, such as an
// answer of somebody's out-of-office program, gives false. It reads at most
// 256 KiB and never fails: what it cannot read it does not know.
func ParseReturned(raw io.Reader) (Returned, bool) {
	msg, err := mail.ReadMessage(bufio.NewReader(io.LimitReader(raw, returnedMost)))
	if err != nil {
		return Returned{}, false
	}
	r := &returnedReader{}
	r.part(textproto.MIMEHeader(msg.Header), msg.Body, 0)
	if r.report == nil {
		r.plain(msg)
	}
	return r.result()
}

// returnedReader gathers what the parts of a returned mail say.
type returnedReader struct {
	report     *dsnFields
	id, mark   string
	returnedTo string // whom the returned headers were for
	body       []byte // the first plain text, for the older way
	seen       int    // parts
}

// part looks at one part and what is inside it.
func (r *returnedReader) part(h textproto.MIMEHeader, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && kind == "" {
		kind = "text/plain" // RFC 2045, 5.2
	}
	if r.seen++; depth > returnedDepth || r.seen > returnedParts*returnedDepth {
		return
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		parts := multipart.NewReader(body, params["boundary"])
		for range returnedParts {
			p, err := parts.NextPart()
			if err != nil {
				return
			}
			r.part(p.Header, decode(p, p.Header), depth+1)
		}
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		r.status(body)
	case kind == "message/rfc822", kind == "message/global", kind == "text/rfc822-headers", kind == "message/global-headers":
		r.original(body, depth)
	case kind == "text/plain" && r.body == nil:
		r.body, _ = io.ReadAll(decodeTop(body, h, depth))
	}
}

// status reads the fields of a delivery status: groups of lines with empty lines
// between them, the first about the mail, each other about one recipient.
func (r *returnedReader) status(body io.Reader) {
	if r.report != nil {
		return
	}
	f := &dsnFields{}
	lines := textproto.NewReader(bufio.NewReader(body))
	for range returnedGroups {
		h, err := lines.ReadMIMEHeader()
		f.take(h)
		if err != nil {
			break
		}
	}
	if f.action != "" || f.status != "" {
		r.report = f
	}
}

func (f *dsnFields) take(h textproto.MIMEHeader) {
	if id := h.Get("Original-Envelope-Id"); f.envelope == "" {
		f.envelope = id
	}
	for _, field := range []string{"Final-Recipient", "Original-Recipient"} {
		if _, address, ok := strings.Cut(h.Get(field), ";"); ok {
			f.addresses = append(f.addresses, strings.Trim(address, " <>"))
		}
	}
	action, status := strings.ToLower(strings.TrimSpace(h.Get("Action"))), aStatus.FindString(strings.TrimSpace(h.Get("Status")))
	failed := action == "failed" || action == "" && strings.HasPrefix(status, "5")
	if action == "" && status == "" || f.failed || (f.action != "" || f.status != "") && !failed {
		return
	}
	f.action, f.status, f.failed = action, status, failed
	f.diagnostic = diagnosed.ReplaceAllString(strings.TrimSpace(h.Get("Diagnostic-Code")), "")
}

// original reads the headers of the returned mail; where it is a report itself
// (one that was passed on), what is inside it counts too.
func (r *returnedReader) original(body io.Reader, depth int) {
	in := bufio.NewReader(body)
	h, _ := textproto.NewReader(in).ReadMIMEHeader() // cut short, it still has what came first
	id := aMessageID.FindStringSubmatch(strings.TrimSpace(h.Get("Message-Id")))
	mark := strings.TrimSpace(h.Get(returnHeader))
	if id != nil && aMark.MatchString(mark) && r.id == "" {
		r.id, r.mark = id[1], mark
		if to, err := mail.ParseAddress(h.Get("To")); err == nil {
			r.returnedTo = to.Address
		}
		return
	}
	if strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "multipart/") {
		r.part(h, in, depth+1)
	}
}

// plain is the older way: the mail that failed stands as text below a sentence.
func (r *returnedReader) plain(msg *mail.Message) {
	to := msg.Header.Get("X-Failed-Recipients")
	if to == "" {
		return
	}
	body := strings.ReplaceAll(string(r.body), "\r\n", "\n")
	at := strings.Index(body, "\n"+returnHeader+":")
	if at < 0 {
		return
	}
	from := strings.LastIndex(body[:at], "\n\n")
	r.original(strings.NewReader(strings.TrimLeft(body[max(from, 0):], "\n")), returnedDepth)
	r.report = &dsnFields{failed: true, addresses: strings.Split(to, ",")}
}

func (r *returnedReader) result() (Returned, bool) {
	if r.report == nil {
		return Returned{}, false
	}
	if m := anEnvelope.FindStringSubmatch(strings.TrimSpace(r.report.envelope)); r.id == "" && m != nil {
		r.mark, r.id = m[1], m[2]
	}
	if r.id == "" {
		return Returned{}, false
	}
	detail := r.report.diagnostic
	if detail == "" {
		detail = r.report.status
	}
	for _, address := range append(r.report.addresses, r.returnedTo) {
		detail = cleanDetail(detail, Letter{To: strings.TrimSpace(address)})
	}
	return Returned{MessageID: r.id, Mark: r.mark, Failed: r.report.failed, Detail: detail}, true
}
