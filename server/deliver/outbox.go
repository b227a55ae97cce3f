package deliver

import (
	"context"
	"slices"
	"sync"
	"time"
)

// outboxMost is how many messages the local outbox keeps; older ones go.
const outboxMost = 1000

// Shown is one message of the local outbox, as its page and /outbox.json show it.
type Shown struct {
	To        string `json:"to"`
	Channel   string `json:"channel"`
	Kind      string `json:"kind"`
	Subject   string `json:"subject"`
	Text      string `json:"text"`
	Reference string `json:"reference"`
	Code      string `json:"code"` // 4HT-M3X-R9W; empty in notices
	At        string `json:"at"`   // RFC 3339 UTC
}

// Outbox is the sender where there is no relay: it keeps messages in memory for
// the person in front of the machine. The zero value is ready.
type Outbox struct {
	mu   sync.Mutex
	kept []Shown
}

// From is empty: nobody need trust an address.
func (o *Outbox) From() string { return "" }

// Send keeps the letter and says that it was handed over.
func (o *Outbox) Send(_ context.Context, l Letter) Outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, Shown{
		To: l.To, Channel: l.Channel, Kind: l.Kind, Subject: l.Subject, Text: l.Text,
		Reference: l.Reference, Code: l.Code, At: l.Date.UTC().Format(time.RFC3339),
	})
	if over := len(o.kept) - outboxMost; over > 0 {
		o.kept = slices.Delete(o.kept, 0, over)
	}
	return handedOver("local outbox")
}

// Messages gives the kept messages, newest last; never nil.
func (o *Outbox) Messages() []Shown {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Shown{}, o.kept...)
}
