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
	MessagePhone       = MessageCodePrefix + api.ReasonPhone   // to that phone alone
	MessageChannel     = MessageCodePrefix + api.ReasonChannel // Data: Channel and Destination, where codes are to go
	MessageEmail       = MessageCodePrefix + api.ReasonEmail   // to the address that is given again
	NoticeExists       = "notice.exists"                       // somebody registered with your address
	NoticeActivated    = "notice.activated"                    // a computer was activated
	NoticeChip         = "notice.chip"                         // a key whose chip was lost was replaced
	NoticeRotated      = "notice.rotated"                      // the owner gave a vault a new master key
	NoticeAnnounced    = "notice.announced"                    // a change of hardware was announced and confirmed
	NoticeWindowUsed   = "notice.window-used"                  // the announced change has happened
	NoticeFork         = "notice.fork"                         // two copies of one computer checked in
	NoticeWrongDevice  = "notice.wrong-device"                 // a right code came from another computer
	NoticeLocked       = "notice.locked"                       // too many wrong codes
	NoticeRevoked      = "notice.revoked"                      // a computer was signed out
	NoticePolicy       = "notice.policy"                       // the policy was changed
	NoticeEnrolStopped = "notice.enrol-stopped"                // too many wrong codes from unknown computers
	NoticeCodeSent     = "notice.code-sent"                    // a code went elsewhere; Data: Channel, Destination
	NoticePhone        = "notice.phone"                        // a phone was enrolled; Data: Destination, Until (its first codes)
	NoticePhoneGone    = "notice.phone-gone"                   // the phone was taken away
	NoticeChannel      = "notice.channel"                      // codes go elsewhere from now on; Data: Channel, Destination
	NoticeBlocked      = "notice.blocked"                      // a link in a message shut a computer out
	NoticeTest         = "notice.test"                         // a test, asked for by the owner
)

// MessageKinds lists every kind of message there is; each needs its texts.
func MessageKinds() []string {
	return []string{
		MessageRegister, MessageEnrol, MessageChanged, MessageLocked, MessageFork, MessageChip, MessageAnnounce, MessagePhone, MessageChannel, MessageEmail,
		NoticeExists, NoticeActivated, NoticeChip, NoticeRotated, NoticeAnnounced, NoticeWindowUsed, NoticeFork, NoticeWrongDevice, NoticeLocked, NoticeRevoked, NoticePolicy, NoticeEnrolStopped,
		NoticeCodeSent, NoticePhone, NoticePhoneGone, NoticeChannel, NoticeBlocked, NoticeTest,
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
	// Link is the address of a page on which whoever gets the message says that it
	// was somebody else; it only ever restricts. Empty for kinds that have none.
	Link string
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
