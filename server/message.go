package server

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Kinds of messages. A kind that begins with "code." carries a code; no other does.
const (
	MessageCodePrefix  = "code."
	MessageRegister    = MessageCodePrefix + api.ReasonRegister
	MessageEnrol       = MessageCodePrefix + api.ReasonEnrol
	MessageChanged     = MessageCodePrefix + api.ReasonChanged
	MessageLocked      = MessageCodePrefix + api.ReasonLocked
	MessageFork        = MessageCodePrefix + api.ReasonFork
	MessageChip        = MessageCodePrefix + api.ReasonChip
	MessageAnnounce    = MessageCodePrefix + api.ReasonAnnounce
	NoticeExists       = "notice.exists"        // somebody registered with your address
	NoticeActivated    = "notice.activated"     // a computer was activated
	NoticeChip         = "notice.chip"          // a key whose chip was lost was replaced
	NoticeRotated      = "notice.rotated"       // the owner gave a vault a new master key
	NoticeAnnounced    = "notice.announced"     // a change of hardware was announced and confirmed
	NoticeWindowUsed   = "notice.window-used"   // the announced change has happened
	NoticeFork         = "notice.fork"          // two copies of one computer checked in
	NoticeWrongDevice  = "notice.wrong-device"  // a right code came from another computer
	NoticeLocked       = "notice.locked"        // too many wrong codes
	NoticeRevoked      = "notice.revoked"       // a computer was signed out
	NoticePolicy       = "notice.policy"        // the policy was changed
	NoticeEnrolStopped = "notice.enrol-stopped" // too many wrong codes from unknown computers
)

// MessageKinds lists every kind of message there is; each needs its texts.
func MessageKinds() []string {
	return []string{
		MessageRegister, MessageEnrol, MessageChanged, MessageLocked, MessageFork, MessageChip, MessageAnnounce,
		NoticeExists, NoticeActivated, NoticeChip, NoticeRotated, NoticeAnnounced, NoticeWindowUsed, NoticeFork, NoticeWrongDevice, NoticeLocked, NoticeRevoked, NoticePolicy, NoticeEnrolStopped,
	}
}

// Message is what a worker hands over. It holds an address and perhaps a code:
// it is never logged and never stored.
type Message struct {
	ID      int64
	To      string // the full address
	Channel string
	// Kind is one of MessageKinds; Language en, vi or ru.
	Kind     string
	Language string
	Account  string // 12 digits
	// Reference and Code belong to the challenge; Code is empty in notices and
	// is not grouped.
	Reference string
	Code      string
	// Device is the computer's name, Place where the request came from (an
	// address cut short), Reason the challenge's reason.
	Device string
	Place  string
	Reason string
	// Changes are the kinds that changed, for code.changed and code.locked.
	Changes []api.Change
	// MessageID is the Message-ID without angle brackets, the same in every attempt.
	MessageID string
	// Return is a mark that the mail carries in a header; see MessageReturned.
	Return string
	// Attempt counts from 1. Created is when it was queued, Expires when it
	// stops being worth sending; Life is how long its code works once handed over.
	Attempt int
	Created time.Time
	Expires time.Time
	Life    time.Duration
	// Data holds further facts by name: Time (RFC 3339) of what happened, and
	// what a kind of notice needs.
	Data map[string]string
}
