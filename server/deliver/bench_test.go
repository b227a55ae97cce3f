package deliver

import (
	"bufio"
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// BenchmarkWrite is a message into words, as plain text and HTML.
func BenchmarkWrite(b *testing.B) {
	for _, kind := range []string{server.MessageChanged, server.NoticeActivated} {
		for _, lang := range text.Languages {
			b.Run(kind+"/"+lang, func(b *testing.B) {
				m := full(kind, lang)
				m.Link = "https://keys.example.org/not-me/abc_DEF-123"
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Write(m, theSender, start); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
			})
		}
	}
}

// BenchmarkHandOver hands letters to a relay that does nothing with them, one
// after the other on a kept connection, and compares that with the bare round
// trips that they need: as many bytes there and back, and nothing else done.
func BenchmarkHandOver(b *testing.B) {
	for name, extensions := range map[string]string{"one by one": "", "pipelining": "250-PIPELINING\r\n"} {
		b.Run(name, func(b *testing.B) {
			s := newSMTP(b, SMTPOptions{URL: "smtp://" + takesAll(b, extensions)})
			l := letter(b)
			b.ReportAllocs()
			for b.Loop() {
				if out := s.Send(b.Context(), l); out.State != handedOver("").State {
					b.Fatal(out)
				}
			}
			took := b.Elapsed()
			b.ReportMetric(float64(took)/float64(bareTrips(b, b.N, extensions != "", len(l.Text)+len(l.HTML))), "×floor")
		})
	}
}

// takesAll is a relay that takes every mail and forgets it.
func takesAll(tb testing.TB, extensions string) string {
	return listen(tb, func(in *bufio.Reader, out *bufio.Writer) bool {
		line, err := in.ReadSlice('\n')
		if err != nil || len(line) < 4 {
			return false
		}
		answer := "250 ok\r\n"
		switch string(line[:4]) {
		case "EHLO":
			answer = "250-sink\r\n" + extensions + "250 8BITMIME\r\n"
		case "DATA":
			_, _ = out.WriteString("354 go on\r\n")
			_ = out.Flush()
			for err == nil && !bytes.Equal(line, []byte(".\r\n")) {
				line, err = in.ReadSlice('\n')
			}
		}
		_, err = out.WriteString(answer)
		return err == nil
	}, "220 sink\r\n")
}

// bareTrips is how long n times the round trips of a mail take: of the envelope's
// three commands, together or each by itself, and of the text.
func bareTrips(b *testing.B, n int, together bool, size int) time.Duration {
	address := listen(b, func(in *bufio.Reader, out *bufio.Writer) bool {
		_, err := in.ReadSlice('\n')
		if err == nil {
			_, err = out.WriteString("250 ok\r\n")
		}
		return err == nil
	}, "")
	c, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	commands := [][]byte{line(40), line(40), line(8), line(size)}
	if together {
		commands = [][]byte{line(88), line(size)}
	}
	reply, at := make([]byte, 64), time.Now()
	for range n {
		for _, what := range commands {
			if _, err := c.Write(what); err != nil {
				b.Fatal(err)
			}
			if _, err := c.Read(reply); err != nil {
				b.Fatal(err)
			}
		}
	}
	return time.Since(at)
}

func line(n int) []byte { return append(bytes.Repeat([]byte("x"), n-2), "\r\n"...) }

// listen serves connections: it greets, and then answers until told to stop.
func listen(tb testing.TB, answer func(*bufio.Reader, *bufio.Writer) bool, greeting string) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in, out := bufio.NewReaderSize(c, 64<<10), bufio.NewWriter(c)
				_, _ = out.WriteString(greeting)
				for goesOn := true; goesOn; {
					if in.Buffered() == 0 { // replies to what came together go together
						_ = out.Flush()
					}
					goesOn = answer(in, out)
				}
				_ = out.Flush()
			}()
		}
	}()
	return l.Addr().String()
}
