package load

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// sink is a mail relay that costs little: it takes every message, and hands the
// code in it to whoever waits for its recipient.
type sink struct {
	url   string
	count atomic.Int64
	boxes sync.Map // recipient → chan string
}

func newSink(tb testing.TB) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	s := &sink{url: "smtp://" + l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

// box is where the codes for an address arrive.
func (s *sink) box(to string) chan string {
	c, _ := s.boxes.LoadOrStore(to, make(chan string, 64))
	return c.(chan string)
}

func (s *sink) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 16<<10)
	say := func(line string) bool { _, err := io.WriteString(c, line); return err == nil }
	to := ""
	for ok := say("220 sink\r\n"); ok; {
		line, err := in.ReadSlice('\n')
		if err != nil || len(line) < 4 {
			return
		}
		switch string(line[:4]) {
		case "EHLO":
			ok = say("250-sink\r\n250 8BITMIME\r\n")
		case "RCPT":
			to = string(line[bytes.IndexByte(line, '<')+1 : bytes.IndexByte(line, '>')])
			ok = say("250 ok\r\n")
		case "DATA":
			ok = say("354 go on\r\n") && s.take(in, to) && say("250 2.0.0 kept\r\n")
		case "QUIT":
			say("221 bye\r\n")
			return
		default: // MAIL, RSET, NOOP
			ok = say("250 ok\r\n")
		}
	}
}

var codeLine = regexp.MustCompile(`\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b`)

func (s *sink) take(in *bufio.Reader, to string) bool {
	code := ""
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return false
		}
		if len(line) == 3 && line[0] == '.' {
			break
		}
		if code == "" && bytes.Count(line, []byte("-")) == 2 { // nearly no line has two
			code = string(codeLine.Find(line))
		}
	}
	s.count.Add(1)
	if code != "" {
		s.box(to) <- strings.ReplaceAll(code, "-", "")
	}
	return true
}
