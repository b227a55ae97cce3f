package api

import (
	"errors"
	"fmt"
	"time"
)

// Error is the one error type of both programs: a stable code, what fills the
// sentence for the person (translation key "error." + Code), hints (keys
// "hint." + name), and the cause, which stays inside.
type Error struct {
	Code string
	// Args fill the sentence's fields. Never a secret, a code, an address.
	Args map[string]any
	// Hints are hint names that say what to do next.
	Hints []string
	// RetryAt is when trying again makes sense; zero where it is unknown.
	RetryAt time.Time
	cause   error
}

// NewError makes an Error with a code and hints.
func NewError(code string, hints ...string) *Error {
	return &Error{Code: code, Hints: hints}
}

// Wrap makes an Error with a code around a cause that is never shown.
func Wrap(code string, cause error, hints ...string) *Error {
	return &Error{Code: code, Hints: hints, cause: cause}
}

// With returns a copy with one more field for the sentence.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		c.Args[k] = v
	}
	c.Args[key] = value
	return &c
}

// At returns a copy that says when to try again.
func (e *Error) At(t time.Time) *Error {
	c := *e
	c.RetryAt = t
	return &c
}

// Error is for developers' eyes: the code and the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.cause)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is says that two Errors with one code are the same error.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf returns the code of the first Error in err's chain, CodeInternal for
// any other error, and "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Problem is the body of every reply that is not 2xx (RFC 9457).
type Problem struct {
	Type   string `json:"type"` // "about:blank"
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	// Optional facts that the sentence may name.
	TriesLeft *int       `json:"tries_left,omitempty"`
	RetryAt   string     `json:"retry_at,omitempty"`
	Time      string     `json:"time,omitempty"` // clock_skew only
	Challenge *Challenge `json:"challenge,omitempty"`
}
