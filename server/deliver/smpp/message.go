package smpp

import (
	"encoding/binary"
	"slices"
)

// Types of number and numbering plans (section 5.2.5 and 5.2.6).
const (
	TONUnknown, TONInternational, TONAlphanumeric byte = 0, 1, 5
	NPIUnknown, NPIISDN                           byte = 0, 1
)

// Bits of ESMClass (section 5.2.12) and codings of data (5.2.19).
const (
	ClassUDH     byte = 0x40 // the message begins with a user data header
	ClassReceipt byte = 0x04 // deliver_sm: a delivery receipt
	classType    byte = 0x3c
	CodingGSM    byte = 0 // the message centre's default alphabet
	CodingUCS2   byte = 8
)

// Optional parameters (section 5.3.2) that are read.
const (
	TagReceiptedID    uint16 = 0x001e
	TagMessageState   uint16 = 0x0427
	TagMessagePayload uint16 = 0x0424
)

// Address is a number or a name of somebody.
type Address struct {
	TON, NPI byte
	Number   string // without +, at most 20 characters
}

// Message is the body of submit_sm and of deliver_sm, which are laid out alike
// (sections 4.4.1 and 4.6.1).
type Message struct {
	ServiceType string
	From, To    Address
	ESMClass    byte
	// Validity is a relative time of section 7.1.1, empty for the centre's own.
	Validity string
	// Receipt asks for a delivery receipt.
	Receipt bool
	Coding  byte
	// Text is at most 254 octets, header included.
	Text []byte
	// Options are optional parameters by tag; the last of several with one tag.
	Options map[uint16][]byte
}

// textMost is the longest text in its own field (section 5.2.21).
const textMost = 254

// body lays a message out; false where a field is too long.
func (m Message) body() ([]byte, bool) {
	if len(m.Text) > textMost || len(m.From.Number) > 20 || len(m.To.Number) > 20 || len(m.Validity) > 16 || len(m.ServiceType) > 5 {
		return nil, false
	}
	b := field(nil, m.ServiceType, 6)
	b = field(append(b, m.From.TON, m.From.NPI), m.From.Number, 21)
	b = field(append(b, m.To.TON, m.To.NPI), m.To.Number, 21)
	b = append(b, m.ESMClass, 0, 0, 0) // protocol, priority, sent at once
	b = field(b, m.Validity, 17)
	receipt := byte(0)
	if m.Receipt {
		receipt = 1
	}
	b = append(b, receipt, 0, m.Coding, 0, byte(len(m.Text))) //nolint:gosec // at most 254
	b = append(b, m.Text...)
	tags := make([]uint16, 0, len(m.Options))
	for tag := range m.Options {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		if len(m.Options[tag]) > 0xffff {
			return nil, false
		}
		b = binary.BigEndian.AppendUint16(b, tag)
		b = binary.BigEndian.AppendUint16(b, uint16(len(m.Options[tag]))) //nolint:gosec // checked above
		b = append(b, m.Options[tag]...)
	}
	return b, true
}

// ParseMessage reads the body of submit_sm or deliver_sm. Errors are
// ErrMalformed.
func ParseMessage(body []byte) (Message, error) {
	r := &reader{rest: body}
	m := Message{ServiceType: r.text(6)}
	m.From = Address{r.octet(), r.octet(), r.text(21)}
	m.To = Address{r.octet(), r.octet(), r.text(21)}
	m.ESMClass = r.octet()
	r.octets(2) // protocol, priority
	r.text(17)  // schedule
	m.Validity = r.text(17)
	m.Receipt = r.octet()&3 == 1
	r.octet() // replace if present
	m.Coding = r.octet()
	r.octet() // predefined message
	m.Text = slices.Clone(r.octets(int(r.octet())))
	for len(r.rest) > 0 && !r.broken {
		tag, length := r.octets(2), r.octets(2)
		if r.broken {
			break
		}
		value := r.octets(int(binary.BigEndian.Uint16(length)))
		if m.Options == nil {
			m.Options = map[uint16][]byte{}
		}
		m.Options[binary.BigEndian.Uint16(tag)] = slices.Clone(value)
	}
	if r.broken {
		return Message{}, ErrMalformed
	}
	return m, nil
}

// bindBody is the body of bind_transceiver (section 4.1.5).
func bindBody(system, password, kind string) []byte {
	b := field(nil, system, 16)
	b = field(b, password, 9)
	b = field(b, kind, 13)
	b = append(b, 0x34, 0, 0)
	return field(b, "", 41)
}

// messageID is the body of submit_sm_resp.
func messageID(body []byte) (string, bool) {
	r := &reader{rest: body}
	id := r.text(65)
	return id, !r.broken && id != ""
}
