package smpp

import (
	"regexp"
	"strings"
)

// Receipt says what became of a message.
type Receipt struct {
	// ID is what submit_sm_resp called the message.
	ID string
	// State is a word of appendix B: DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD,
	// UNKNOWN, REJECTD, or ENROUTE; Error is the network's number, often empty.
	State, Error string
}

// Delivered says that the phone has the message, Failed that it never will.
func (r Receipt) Delivered() bool { return r.State == "DELIVRD" }

// Failed says that the message will never arrive.
func (r Receipt) Failed() bool {
	return r.State == "EXPIRED" || r.State == "DELETED" || r.State == "UNDELIV" || r.State == "REJECTD"
}

var (
	receiptID    = regexp.MustCompile(`(?i)(?:^|\s)id:\s*([!-~]{1,64})`)
	receiptState = regexp.MustCompile(`(?i)(?:^|\s)stat:\s*([A-Z]{1,7})`)
	receiptError = regexp.MustCompile(`(?i)(?:^|\s)err:\s*([0-9A-Z]{1,5})`)
)

// ReceiptOf reads a delivery receipt: the optional parameters where the centre
// gives them, else the text that appendix B describes. It is false for a message
// that is none, such as an answer of a person's.
func ReceiptOf(m Message) (Receipt, bool) {
	if m.ESMClass&classType != ClassReceipt {
		return Receipt{}, false
	}
	text := string(m.Text)
	if payload := m.Options[TagMessagePayload]; text == "" {
		text = string(payload)
	}
	r := Receipt{
		ID: first(receiptID, text), State: strings.ToUpper(first(receiptState, text)), Error: first(receiptError, text),
	}
	if id := strings.TrimRight(string(m.Options[TagReceiptedID]), "\x00"); id != "" && len(id) <= 64 {
		r.ID = id
	}
	if s := m.Options[TagMessageState]; len(s) == 1 && stateWord(s[0]) != "" {
		r.State = stateWord(s[0])
	}
	return r, r.ID != "" && r.State != ""
}

func first(re *regexp.Regexp, s string) string {
	if m := re.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// stateWord is the word for a value of message_state (section 5.2.28).
func stateWord(b byte) string {
	words := []string{"", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"}
	if int(b) >= len(words) {
		return ""
	}
	return words[b]
}
