package server

import (
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

// blindEmail is the index under which an address is found: letter case does not
// tell mailboxes apart.
func (s *Service) blindEmail(address string) []byte {
	return s.master.index("contact "+api.ChannelEmail, strings.ToLower(address))
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
	c := Contact{ID: w.newID(), Account: account, Channel: api.ChannelEmail, Blind: w.blindEmail(address)}
	var err error
	c.Sealed, err = w.master.seal(w.rand, contactPlace(c.ID), []byte(address))
	return c, err
}

func (s *Service) address(c Contact) (string, error) {
	raw, err := s.master.open(contactPlace(c.ID), c.Sealed)
	return string(raw), err
}
