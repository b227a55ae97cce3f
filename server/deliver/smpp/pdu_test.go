package smpp

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func example() Message {
	return Message{
		ServiceType: "OTP", From: Address{TONAlphanumeric, NPIUnknown, "Holdfast"}, To: Address{TONInternational, NPIISDN, "84901234567"},
		ESMClass: ClassUDH, Validity: "000000001000000R", Receipt: true, Coding: CodingUCS2, Text: []byte{5, 0, 3, 7, 2, 1, 0x04, 0x1a},
		Options: map[uint16][]byte{TagReceiptedID: []byte("m1\x00"), TagMessageState: {2}, 0x1403: {}},
	}
}

func TestUnitsAndMessagesReadAsWritten(t *testing.T) {
	body, ok := example().body()
	if !ok {
		t.Fatal("the example does not fit")
	}
	p := PDU{Command: SubmitSM, Status: 7, Sequence: 9, Body: body}
	two := append(p.Append(nil), PDU{Command: EnquireLink, Sequence: 10}.Append(nil)...)
	r := bytes.NewReader(two)
	got, err := Read(r)
	if err != nil || !reflect.DeepEqual(got, p) {
		t.Fatalf("%+v, %v", got, err)
	}
	m, err := ParseMessage(got.Body)
	if err != nil || !reflect.DeepEqual(m, example()) {
		t.Errorf("%+v, %v", m, err)
	}
	if next, err := Read(r); err != nil || next.Command != EnquireLink || len(next.Body) != 0 {
		t.Errorf("the second: %+v, %v", next, err)
	}
	if _, err := Read(r); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestUnitsThatAreNone(t *testing.T) {
	whole := PDU{Command: SubmitSM, Sequence: 9, Body: []byte("12345")}.Append(nil)
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"short head":  {whole[:10], io.ErrUnexpectedEOF},
		"short body":  {whole[:18], io.ErrUnexpectedEOF},
		"tiny length": {append([]byte{0, 0, 0, 15}, whole[4:]...), ErrMalformed},
		"huge length": {append([]byte{0x7f, 0, 0, 0}, whole[4:]...), ErrMalformed},
	} {
		if _, err := Read(bytes.NewReader(c.raw)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	body, _ := example().body()
	for n := range body {
		if m, err := ParseMessage(body[:n]); err == nil && !reflect.DeepEqual(m.Text, example().Text) {
			t.Errorf("cut at %d: %+v", n, m)
		}
	}
}

func TestFieldsThatAreTooLong(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"text":     func(m *Message) { m.Text = make([]byte, 255) },
		"number":   func(m *Message) { m.To.Number = strings.Repeat("1", 21) },
		"sender":   func(m *Message) { m.From.Number = strings.Repeat("1", 21) },
		"validity": func(m *Message) { m.Validity = strings.Repeat("0", 17) },
		"service":  func(m *Message) { m.ServiceType = "TOOLONG" },
		"option":   func(m *Message) { m.Options[1] = make([]byte, 65536) },
	} {
		m := example()
		change(&m)
		if _, ok := m.body(); ok {
			t.Errorf("%s: taken", name)
		}
	}
	if b := field(nil, "a\x00b", 10); string(b) != "a\x00" {
		t.Errorf("an end mark inside a field: %q", b)
	}
}

func TestReceiptTexts(t *testing.T) {
	for text, want := range map[string]Receipt{
		"id:m1 sub:001 dlvrd:001 submit date:2611221409 done date:2611221410 stat:DELIVRD err:000 text:x": {"m1", "DELIVRD", "000"},
		"ID: 00ab-9 STAT: undeliv ERR: 1A7 TEXT:":                                                         {"00ab-9", "UNDELIV", "1A7"},
		"stat:EXPIRED id:7":   {"7", "EXPIRED", ""},
		"grid:7 stat:DELIVRD": {},
		"id:m1":               {},
		"":                    {},
	} {
		got, ok := ReceiptOf(Message{ESMClass: ClassReceipt, Text: []byte(text)})
		if ok != (want.ID != "") || ok && got != want {
			t.Errorf("%q: %+v, %t", text, got, ok)
		}
	}
	in := Message{ESMClass: ClassReceipt, Options: map[uint16][]byte{
		TagMessagePayload: []byte("id:old stat:ENROUTE"), TagReceiptedID: []byte("new\x00"), TagMessageState: {5},
	}}
	if got, ok := ReceiptOf(in); !ok || got.ID != "new" || got.State != "UNDELIV" || !got.Failed() {
		t.Errorf("parameters: %+v, %t", got, ok)
	}
	in.ESMClass = 0x08 // an acknowledgement by a phone is no delivery receipt
	if _, ok := ReceiptOf(in); ok {
		t.Error("taken for a receipt")
	}
}

// FuzzRead: whatever arrives, nothing breaks, and what is understood is written
// as it was read.
func FuzzRead(f *testing.F) {
	body, _ := example().body()
	f.Add(PDU{Command: DeliverSM, Sequence: 1, Body: body}.Append(nil))
	f.Add(PDU{Command: DeliverSM, Sequence: 1, Body: append(bytes.Clone(body), 4, 0x24, 0, 1, 'x')}.Append(nil))
	f.Add([]byte{0, 0, 0, 16, 0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if again := p.Append(nil); !bytes.Equal(again, raw[:len(again)]) {
			t.Fatalf("%x became %x", raw, again)
		}
		_, _ = messageID(p.Body)
		m, err := ParseMessage(p.Body)
		if err != nil {
			return
		}
		_, _ = ReceiptOf(m)
		if len(m.Text) > textMost {
			return
		}
		b, ok := m.body()
		if !ok {
			t.Fatalf("%+v was read and cannot be written", m)
		}
		m2, err := ParseMessage(b)
		if err != nil || !same(m, m2) {
			t.Fatalf("%+v became %+v, %v", m, m2, err)
		}
	})
}

func same(a, b Message) bool {
	if len(a.Text) == 0 && len(b.Text) == 0 {
		a.Text, b.Text = nil, nil
	}
	if len(a.Options) != len(b.Options) {
		return false
	}
	for tag, v := range a.Options {
		if !bytes.Equal(v, b.Options[tag]) {
			return false
		}
	}
	a.Options, b.Options = nil, nil
	return reflect.DeepEqual(a, b)
}
