package proctest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server/deliver/delivertest"
)

// Sink is a mail relay on loopback that keeps what it took (RFC 5321): each mail
// is kept before its 250 goes out.
type Sink struct {
	// URL is smtp://127.0.0.1:PORT.
	URL string
	// Refuse says which recipients are refused for good (550), in words that repeat
	// the address as relays do; nil refuses none. To be set before mail comes.
	Refuse func(to string) bool

	mu    sync.Mutex
	mails map[string][]Arrival // by Message-ID
	codes map[string]Arrival   // by recipient and reference: the newest
	count int
	bad   []string
	news  *sync.Cond
}

// Arrival is one mail as it arrived.
type Arrival struct {
	MessageID, To, Subject, Code string
	// Link is the first address of a page in the text, empty where there is none.
	Link string
	At   time.Time
}

// StartSink starts a relay; it ends with the test.
func StartSink(tb testing.TB) *Sink {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Sink{URL: "smtp://" + l.Addr().String(), mails: map[string][]Arrival{}, codes: map[string]Arrival{}}
	s.news = sync.NewCond(&s.mu)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	tb.Cleanup(func() { _ = l.Close() })
	return s
}

// serve speaks with one client.
func (s *Sink) serve(c net.Conn) {
	defer c.Close()
	in := textproto.NewReader(bufio.NewReader(c))
	say := func(line string) bool { _, err := io.WriteString(c, line+"\r\n"); return err == nil }
	for ok := say("220 sink"); ok; {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch verb {
		case "EHLO", "HELO":
			ok = say("250 sink")
		case "RCPT":
			to := strings.Trim(line[strings.IndexByte(line, ':')+1:], "<> ")
			if s.Refuse != nil && s.Refuse(to) {
				ok = say("550 5.1.1 <" + to + "> is unknown here")
				continue
			}
			ok = say("250 ok")
		case "DATA":
			ok = say("354 go on") && s.take(in) && say("250 2.0.0 kept")
		case "QUIT":
			say("221 bye")
			return
		default: // MAIL, RSET, NOOP
			ok = say("250 ok")
		}
	}
}

// take reads a mail to its end and keeps it.
func (s *Sink) take(in *textproto.Reader) bool {
	raw, err := in.ReadDotBytes()
	if err != nil {
		return false // cut off: it never arrived
	}
	m, err := delivertest.Parse(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if err != nil {
		s.bad = append(s.bad, err.Error())
		return true
	}
	a := Arrival{MessageID: m.MessageID, To: m.To, Subject: m.Subject, Code: strings.ReplaceAll(m.Code, "-", ""), At: time.Now()}
	if at := strings.Index(m.Text, "https://"); at >= 0 {
		a.Link, _, _ = strings.Cut(m.Text[at:], "\n")
	}
	s.mails[a.MessageID] = append(s.mails[a.MessageID], a)
	if a.Code != "" {
		for _, word := range strings.FieldsFunc(a.Subject, func(r rune) bool { return !strings.ContainsRune(crockford, r) }) {
			s.codes[a.To+" "+word] = a
		}
	}
	s.news.Broadcast()
	return true
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Code waits for the code of a challenge, and says whether it came in time.
func (s *Sink) Code(to, reference string, atMost time.Duration) (string, bool) {
	end := time.Now().Add(atMost)
	timer := time.AfterFunc(atMost, s.news.Broadcast)
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if a, ok := s.codes[to+" "+reference]; ok {
			return a.Code, true
		}
		if !time.Now().Before(end) {
			return "", false
		}
		s.news.Wait()
	}
}

// Arrivals gives how often each message arrived, by its Message-ID.
func (s *Sink) Arrivals() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int, len(s.mails))
	for id, list := range s.mails {
		out[id] = len(list)
	}
	return out
}

// Codes gives every code that arrived.
func (s *Sink) Codes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, list := range s.mails {
		for _, a := range list {
			if a.Code != "" {
				out = append(out, a.Code)
			}
		}
	}
	return out
}

// All gives every mail that arrived.
func (s *Sink) All() (list []Arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, mails := range s.mails {
		list = append(list, mails...)
	}
	return list
}

// Count is how many mails were taken.
func (s *Sink) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Bad says what was wrong with mails that cannot be read.
func (s *Sink) Bad() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bad...)
}
