package daemon

import (
	"errors"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Refusal is why the program does not start, or does not do what it was asked:
// a sentence for the operator (key "daemon.refuse." + Key) that says what to do.
type Refusal struct {
	Key   string
	Data  text.Data
	cause error
}

func refuse(key string, data text.Data) error { return &Refusal{Key: key, Data: data} }

func refuseFor(key string, cause error, data text.Data) error {
	return &Refusal{Key: key, Data: data, cause: cause}
}

// Error is the English sentence, with the cause where there is one.
func (r *Refusal) Error() string {
	s := r.Say(text.For("en"))
	if r.cause != nil {
		s += " (" + r.cause.Error() + ")"
	}
	return s
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.cause }

// Say is the sentence in a language.
func (r *Refusal) Say(p *text.Printer) string { return p.T("daemon.refuse."+r.Key, r.Data) }

// isRefusal finds a Refusal with this key.
func isRefusal(err error, key string) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Key == key
}
