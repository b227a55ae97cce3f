package deliver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// talkative is a mail server with one mail that tells of flags, with the mail's own
// number, before and after it gives the mail: as servers do where another client marks
// it meanwhile.
func talkative(t *testing.T, raw string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, "* OK ready\r\n")
		in := bufio.NewScanner(c)
		for in.Scan() {
			tag, command, _ := strings.Cut(in.Text(), " ")
			switch {
			case strings.HasPrefix(command, "CAPABILITY"):
				_, _ = io.WriteString(c, "* CAPABILITY IMAP4rev1\r\n")
			case strings.HasPrefix(command, "SELECT"):
				_, _ = io.WriteString(c, "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n")
			case strings.HasPrefix(command, "UID SEARCH"):
				_, _ = io.WriteString(c, "* SEARCH 7\r\n")
			case strings.HasPrefix(command, "UID FETCH"):
				flags := "* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n"
				_, _ = fmt.Fprintf(c, "%s* 1 FETCH (UID 7 BODY[]<0> {%d}\r\n%s)\r\n%s%s", flags, len(raw), raw, flags, flags)
			}
			_, _ = io.WriteString(c, tag+" OK done\r\n")
		}
	}()
	return l.Addr().String()
}

func TestAMailboxThatOthersReadToo(t *testing.T) {
	m, err := NewIMAP(IMAPOptions{
		URL: "imap://bounces@" + talkative(t, dsn(failed, "message/rfc822", ourHeaders)), Password: func() (string, error) { return "x", nil },
		Timeout: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	q := &returnQueue{}
	r, err := NewReturns(ReturnsConfig{Mailbox: m, Queue: q})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Read(context.Background()) }()
	select {
	case err := <-done:
		if err != nil || r.Counts() != (ReturnCounts{Bounced: 1}) {
			t.Errorf("%+v %v", r.Counts(), err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the mailbox is never done reading")
	}
}
