package smpp

import (
	"bufio"
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// scripted is a centre that answers each unit from us as the test says, and gives
// what it was sent.
func scripted(t *testing.T, answer func(PDU) []PDU) (string, chan PDU) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := make(chan PDU, 100)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewReader(c)
		for {
			p, err := Read(in)
			if err != nil {
				close(got)
				return
			}
			got <- p
			for _, a := range answer(p) {
				if _, err := c.Write(a.Append(nil)); err != nil {
					return
				}
			}
		}
	}()
	return l.Addr().String(), got
}

func probe(address string) error {
	c := New(Options{Address: address, System: "holdfast", Password: func() (string, error) { return "secret01", nil }, Reply: time.Second})
	return c.Probe(context.Background())
}

// TestAProbeTakesNoReceiptAway: what the centre has for us is put off, and then it
// says good-bye.
func TestAProbeTakesNoReceiptAway(t *testing.T) {
	receipt := Message{
		From: Address{TONInternational, NPIISDN, "84901234567"}, To: Address{TONUnknown, NPIISDN, "1"}, ESMClass: 4,
		Text: []byte("id:m1 sub:001 dlvrd:001 submit date:2611221409 done date:2611221410 stat:DELIVRD err:000 text:x"),
	}
	body, _ := receipt.body()
	address, got := scripted(t, func(p PDU) []PDU {
		yes := PDU{Command: p.Command | Response, Sequence: p.Sequence}
		switch p.Command {
		case BindTransceiver:
			yes.Body = []byte{0}
			return []PDU{yes, {Command: DeliverSM, Sequence: 7, Body: body}}
		case DeliverSM | Response:
			return nil
		}
		return []PDU{yes}
	})
	if err := probe(address); err != nil {
		t.Fatal(err)
	}
	var commands []uint32
	for p := range got {
		if p.Command == DeliverSM|Response {
			if p.Status != StatusLater {
				t.Errorf("the receipt was answered with %#x", p.Status)
			}
			continue
		}
		commands = append(commands, p.Command)
	}
	if len(commands) != 3 || commands[0] != BindTransceiver || commands[1] != EnquireLink || commands[2] != Unbind {
		t.Errorf("%#x", commands)
	}
}

func TestAProbeThatIsTurnedAway(t *testing.T) {
	for _, c := range []struct {
		bind, enquire uint32
		bound         bool
	}{{0x05, 0, true}, {0x0e, 0, false}, {0, 0x08, false}} {
		address, _ := scripted(t, func(p PDU) []PDU {
			a := PDU{Command: p.Command | Response, Sequence: p.Sequence, Status: c.bind, Body: []byte{0}}
			if p.Command == EnquireLink {
				a.Status, a.Body = c.enquire, nil
			}
			return []PDU{a}
		})
		var status *StatusError
		if err := probe(address); !errors.As(err, &status) || status.Status != c.bind+c.enquire || status.Bound() != c.bound {
			t.Errorf("%+v: %v", c, err)
		}
	}
	address, _ := scripted(t, func(p PDU) []PDU {
		if p.Command == BindTransceiver {
			return []PDU{{Command: p.Command | Response, Sequence: p.Sequence, Body: []byte{0}}}
		}
		return nil
	})
	if err := probe(address); !errors.Is(err, ErrBroken) {
		t.Errorf("a silent centre: %v", err)
	}
}
