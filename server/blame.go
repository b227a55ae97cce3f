package server

import (
	"regexp"
	"strconv"
	"strings"
)

// Blame is whom a mail system's refusal speaks of. Only one that speaks of the
// recipient says that mail does not reach an address.
type Blame int

// Blames.
const (
	// BlameNobody: the reply does not say.
	BlameNobody Blame = iota
	// BlameRecipient: the mailbox, or the system that has it.
	BlameRecipient
	// BlameMessage: this message, or a mail system on its way at this moment.
	BlameMessage
	// BlamePolicy: somebody's rules, about the message or about who sends it.
	BlamePolicy
	// BlameSender: this server as a sender, or what it said to the relay.
	BlameSender
)

var (
	// aStatusCode is an enhanced status code (RFC 3463) where replies and reports have
	// it: in front, behind the reply code, or in brackets with a hash.
	aStatusCode = regexp.MustCompile(`(?:^(?:[245]\d\d[ -])?|#)([245])\.(\d{1,3})\.(\d{1,3})\b`)
	aReplyCode  = regexp.MustCompile(`^([245]\d\d)(?:[ -]|$)`)
	// noRelaying is what relays say, in words, that do not take mail from us for others.
	noRelaying = regexp.MustCompile(`(?i)\brelay(ing)? (access |is |was )*(denied|not (permitted|allowed)|prohibited|disallowed)|\b(unable|not (permitted|allowed)|cannot|refus\w+) to relay\b|\bin my list of allowed rcpthosts\b`)
)

// BlameOf reads a mail system's reply (RFC 5321), or what a report on returned mail
// gives as its reason. The enhanced status code decides, by its subject and detail
// (RFC 3463, RFC 7293, RFC 7372); where there is none it is the reply code, and
// precise is false.
func BlameOf(reply string) (b Blame, precise bool) {
	reply = strings.TrimSpace(reply)
	if m := aStatusCode.FindStringSubmatch(reply); m != nil && (m[2] != "0" || m[3] != "0") {
		subject, _ := strconv.Atoi(m[2])
		detail, _ := strconv.Atoi(m[3])
		if b := blameOfStatus(m[1] == "5", subject, detail); b != BlamePolicy || !noRelaying.MatchString(reply) {
			return b, true
		}
		return BlameSender, true
	}
	if noRelaying.MatchString(reply) && !strings.Contains(strings.ToLower(reply), "unknown") { // "User unknown in relay recipient table"
		return BlameSender, true
	}
	m := aReplyCode.FindStringSubmatch(reply)
	if m == nil {
		return BlameNobody, false
	}
	switch m[1] {
	case "550", "551", "552", "553", "556":
		return BlameRecipient, false
	case "500", "501", "502", "503", "504", "521", "555":
		return BlameSender, false
	}
	return BlameMessage, false
}

// blameOfStatus reads an enhanced status code. For good says that its class is 5.
func blameOfStatus(forGood bool, subject, detail int) Blame {
	in := func(list ...int) bool {
		for _, d := range list {
			if d == detail {
				return true
			}
		}
		return false
	}
	switch {
	case subject == 1 && in(7, 8), subject == 5, subject == 7 && detail >= 20 && detail <= 29: // addresses of senders; protocol; who vouches for whom
		return BlameSender
	case subject == 1, subject == 2 && !in(3), subject == 4 && forGood && !in(7), subject == 7 && in(2, 17, 18):
		return BlameRecipient
	case subject == 7:
		return BlamePolicy
	}
	return BlameMessage
}

// strikes says whether a mail that came back for a reason says something of its
// address: where no reason is known, that it came back does.
func strikes(reason string) bool {
	b, _ := BlameOf(reason)
	return b == BlameNobody || b == BlameRecipient
}
