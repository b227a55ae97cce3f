package server

import (
	"errors"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Longest parts of an e-mail address (RFC 5321, section 4.5.3.1).
const (
	addressLongest = 254
	localLongest   = 64
)

// checkEmail gives an address in the form in which it is written to: the domain
// lower-cased. Anything that a header or an envelope could take for more than
// one plain address is refused.
func checkEmail(s string) (string, error) {
	s = strings.Trim(s, " ")
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > localLongest || len(s) > addressLongest || strings.Contains(s[:at], "@") {
		return "", invalid("email")
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(`"(),:;<>[\]`, c) >= 0 {
			return "", invalid("email")
		}
	}
	local, domain := s[:at], strings.ToLower(s[at+1:])
	parsed, err := mail.ParseAddress(local + "@" + domain)
	if err != nil || parsed.Address != local+"@"+domain || !validDomain(domain) {
		return "", invalid("email")
	}
	return parsed.Address, nil
}

func validDomain(d string) bool {
	labels := strings.Split(d, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") ||
			strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1 || d == "localhost"
}

// blind is the index under which an address, or a number, is found from now on;
// what was stored before may be under an older pepper, and is found by owned.
func (w *work) blind(channel, address string) []byte {
	return w.index("contact "+channel, plain(channel, address))
}

// plain is an address as it is compared: letter case does not tell mailboxes
// apart.
func plain(channel, address string) string {
	if channel == api.ChannelEmail {
		return strings.ToLower(address)
	}
	return address
}

// owned gives the contact that is verified with an address; ErrNotFound.
func (w *work) owned(channel, address string) (Contact, error) {
	for _, blind := range w.indexes("contact "+channel, plain(channel, address)) {
		c, err := w.tx.VerifiedContact(blind)
		if !errors.Is(err, ErrNotFound) {
			return c, err
		}
	}
	return Contact{}, ErrNotFound
}

// owner gives the contact that is verified with the same address as another one,
// which may be itself; ErrNotFound.
func (w *work) owner(c Contact) (Contact, error) {
	if len(c.Sealed) == 0 {
		return Contact{}, ErrNotFound
	}
	address, err := w.address(c)
	if err != nil {
		return Contact{}, err
	}
	return w.owned(c.Channel, address)
}

// maskEmail shows an address so that its owner recognises it: k•••@m•••.org.
func maskEmail(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	top := ""
	if i := strings.LastIndexByte(domain, '.'); i >= 0 {
		domain, top = domain[:i], domain[i:]
	}
	return first(local) + "•••@" + first(domain) + "•••" + top
}

func first(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(r)
}

func contactPlace(id string) string { return "contacts.sealed " + id }

// newContact seals an address. It is not verified yet.
func (w *work) newContact(account, address string) (Contact, error) {
	c := Contact{ID: w.newID(), Account: account, Channel: api.ChannelEmail, Blind: w.blind(api.ChannelEmail, address)}
	var err error
	c.Sealed, err = w.seal(contactPlace(c.ID), []byte(address))
	return c, err
}

func (w *work) address(c Contact) (string, error) {
	if len(c.Sealed) == 0 { // forgotten, or lost with the master key
		return "", nil
	}
	raw, err := w.open(contactPlace(c.ID), c.Sealed)
	return string(raw), err
}
