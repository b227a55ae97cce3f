package deliver

import (
	"bufio"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// scribe is a relay that writes down what it is told, and how much came before it
// had answered what was said before.
type scribe struct {
	mu sync.Mutex
	// Lines are commands, and one "TEXT" for each text, "EMPTY" for an empty one;
	// a connection begins with "HELLO". Early counts commands that had come by the
	// time the one before them was answered.
	lines []string
	early int
}

// replies are what it says to a command, by its first four letters, or by those and
// "#2" only to the second of them; 250 else.
func newScribe(t *testing.T, pipelining bool, replies map[string]string) (*scribe, string) {
	s := &scribe{}
	offered := ""
	if pipelining {
		offered = "250-PIPELINING\r\n"
	}
	address := listen(t, func(in *bufio.Reader, out *bufio.Writer) bool {
		line, err := in.ReadString('\n')
		if err != nil || len(line) < 4 {
			return false
		}
		verb := line[:4]
		time.Sleep(time.Millisecond) // what else is on the way arrives
		s.mu.Lock()
		defer s.mu.Unlock()
		if in.Buffered() > 0 {
			s.early++
		}
		if verb == "EHLO" {
			s.lines = append(s.lines, "HELLO")
			_, err = out.WriteString("250-scribe\r\n" + offered + "250 8BITMIME\r\n")
			return err == nil
		}
		s.lines = append(s.lines, verb)
		answer, is := replies[verb+fmt.Sprintf("#%d", strings.Count(strings.Join(s.lines, " "), verb))]
		if !is {
			answer, is = replies[verb]
		}
		switch {
		case answer == "hang up":
			return false
		case !is && verb == "DATA":
			answer = "354 go on"
			fallthrough
		case is:
			_, _ = out.WriteString(answer + "\r\n")
		default:
			_, _ = out.WriteString("250 2.0.0 ok\r\n")
		}
		if strings.HasPrefix(answer, "354") {
			_ = out.Flush()
			return s.text(in, out)
		}
		return true
	}, "220 scribe\r\n")
	return s, address
}

func (s *scribe) text(in *bufio.Reader, out *bufio.Writer) bool {
	what := "EMPTY"
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			s.lines = append(s.lines, "CUT")
			return false
		}
		if line == ".\r\n" {
			break
		}
		what = "TEXT"
	}
	s.lines = append(s.lines, what)
	_, _ = out.WriteString("250 2.0.0 Ok: queued as 4F8A1C\r\n")
	return true
}

func (s *scribe) wrote() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, " ")
}

// TestPipelining: what is said at once, and what never is. A relay that refuses
// gets no text whatever it says to DATA, which it had got already.
func TestPipelining(t *testing.T) {
	const no = "550 5.1.1 unknown"
	for name, c := range map[string]struct {
		replies map[string]string
		want    string // twice, for two letters
		state   string
	}{
		"taken": {nil, "HELLO MAIL RCPT DATA TEXT MAIL RCPT DATA TEXT", api.DeliveryHandedOver},
		"refused, DATA too": {
			map[string]string{"RCPT": no, "DATA": "503 5.5.1 no recipients"},
			"HELLO MAIL RCPT DATA RSET MAIL RCPT DATA RSET", api.DeliveryRefused,
		},
		"refused, but waits for a text": {
			map[string]string{"RCPT": no},
			"HELLO MAIL RCPT DATA EMPTY RSET MAIL RCPT DATA EMPTY RSET", api.DeliveryRefused,
		},
		"greylisted, but waits for a text": {
			map[string]string{"RCPT": "451 4.7.1 later"},
			"HELLO MAIL RCPT DATA EMPTY RSET MAIL RCPT DATA EMPTY RSET", api.DeliveryPutOff,
		},
		"the sender refused, the recipient not": {
			map[string]string{"MAIL": "451 4.3.0 busy"}, // an empty text could be delivered
			"HELLO MAIL RCPT DATA CUT HELLO MAIL RCPT DATA CUT", api.DeliveryPutOff,
		},
		"all refused": {
			map[string]string{"MAIL": "451 4.3.0 busy", "RCPT": "503 5.5.1 first MAIL", "DATA": "503 5.5.1 first MAIL"},
			"HELLO MAIL RCPT DATA RSET MAIL RCPT DATA RSET", api.DeliveryPutOff,
		},
		"the text refused at once": {
			map[string]string{"DATA": "554 5.7.1 not now"},
			"HELLO MAIL RCPT DATA RSET MAIL RCPT DATA RSET", api.DeliveryRefused,
		},
		"gone at the recipient": {map[string]string{"RCPT": "hang up"}, "HELLO MAIL RCPT HELLO MAIL RCPT", api.DeliveryPutOff},
		"gone at the text":      {map[string]string{"DATA": "hang up"}, "HELLO MAIL RCPT DATA HELLO MAIL RCPT DATA", api.DeliveryPutOff},
		"refused and gone": {
			map[string]string{"RCPT": no, "DATA": "hang up"},
			"HELLO MAIL RCPT DATA HELLO MAIL RCPT DATA", api.DeliveryRefused,
		},
		"nonsense at the recipient": {map[string]string{"RCPT": "what?"}, "HELLO MAIL RCPT DATA CUT HELLO MAIL RCPT DATA CUT", api.DeliveryPutOff},
	} {
		scribe, address := newScribe(t, true, c.replies)
		s := newSMTP(t, SMTPOptions{URL: address})
		for range 2 {
			if out := s.Send(t.Context(), letter(t)); out.State != c.state {
				t.Errorf("%s: %+v", name, out)
			}
		}
		eventually(t, name, func() bool { return len(scribe.wrote()) >= len(c.want) })
		if got := scribe.wrote(); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

// TestAtOnceOnlyWhereItIsTaken: without PIPELINING each command waits for the reply
// to the one before, and nothing follows a refusal.
func TestAtOnceOnlyWhereItIsTaken(t *testing.T) {
	for _, pipelining := range []bool{false, true} {
		scribe, address := newScribe(t, pipelining, nil)
		s := newSMTP(t, SMTPOptions{URL: address})
		for range 3 {
			if out := s.Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver || out.Provider != "127.0.0.1/4F8A1C" {
				t.Errorf("%+v", out)
			}
		}
		if (scribe.early > 0) != pipelining {
			t.Errorf("pipelining %t: %d commands came before the answer", pipelining, scribe.early)
		}
	}
	scribe, address := newScribe(t, false, map[string]string{"RCPT": "550 5.1.1 unknown"})
	if out := newSMTP(t, SMTPOptions{URL: address}).Send(t.Context(), letter(t)); out.State != api.DeliveryRefused {
		t.Errorf("%+v", out)
	}
	if got := scribe.wrote(); got != "HELLO MAIL RCPT RSET" {
		t.Errorf("%s", got)
	}
}

// TestAKeptConnectionThatHadEnded: the letter goes over a new one, once; also
// where the relay says so only to the commands that came at once.
func TestAKeptConnectionThatHadEnded(t *testing.T) {
	for _, end := range []string{"hang up", "421 4.3.2 good-bye"} {
		scribe, address := newScribe(t, true, map[string]string{"MAIL#2": end})
		s := newSMTP(t, SMTPOptions{URL: address})
		for range 2 {
			if out := s.Send(t.Context(), letter(t)); out.State != api.DeliveryHandedOver {
				t.Errorf("%s: %+v", end, out)
			}
		}
		if got := scribe.wrote(); strings.Count(got, "TEXT") != 2 || strings.Count(got, "HELLO") != 2 {
			t.Errorf("%s: %s", end, got)
		}
	}
}
