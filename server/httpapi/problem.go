package httpapi

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// statuses gives the HTTP status of every code that a server sends.
var statuses = map[string]int{
	api.CodeInternal: http.StatusInternalServerError,

	api.CodeBadRequest:      http.StatusBadRequest,
	api.CodeUnknownField:    http.StatusBadRequest,
	api.CodeUnknownQuery:    http.StatusBadRequest,
	api.CodeContentType:     http.StatusUnsupportedMediaType,
	api.CodeTooLarge:        http.StatusRequestEntityTooLarge,
	api.CodeNotFound:        http.StatusNotFound,
	api.CodeMethod:          http.StatusMethodNotAllowed,
	api.CodeInvalidValue:    http.StatusUnprocessableEntity,
	api.CodeSnapshotPartial: http.StatusUnprocessableEntity,
	api.CodeSchemaUnknown:   http.StatusUnprocessableEntity,
	api.CodePasswordWeak:    http.StatusUnprocessableEntity,
	api.CodeBusy:            http.StatusServiceUnavailable,

	api.CodeSignature:  http.StatusUnauthorized,
	api.CodeClockSkew:  http.StatusUnauthorized,
	api.CodeNonceUsed:  http.StatusUnauthorized,
	api.CodeUnknownKey: http.StatusUnauthorized,
	api.CodeRevoked:    http.StatusForbidden,
	api.CodeSignIn:     http.StatusUnauthorized,

	api.CodeTooMany:         http.StatusTooManyRequests,
	api.CodeSendWait:        http.StatusTooManyRequests,
	api.CodeSnapshotLimit:   http.StatusTooManyRequests,
	api.CodeNoPlaces:        http.StatusConflict,
	api.CodeAlreadyEnrolled: http.StatusConflict,

	api.CodeWrong:           http.StatusUnprocessableEntity,
	api.CodeMistyped:        http.StatusUnprocessableEntity,
	api.CodeExpired:         http.StatusConflict,
	api.CodeUsed:            http.StatusConflict,
	api.CodeChallengeLocked: http.StatusConflict,
	api.CodeTryWait:         http.StatusTooManyRequests,
	api.CodeNoChallenge:     http.StatusNotFound,
	api.CodeChannel:         http.StatusUnprocessableEntity,
	api.CodeRekeyNeeded:     http.StatusUnprocessableEntity,
	api.CodeIdempotency:     http.StatusUnprocessableEntity,
	api.CodeClaim:           http.StatusForbidden,
	api.CodeWindowOpen:      http.StatusConflict,
	api.CodeWindowWide:      http.StatusUnprocessableEntity,
	api.CodeNotActivated:    http.StatusConflict,

	api.CodePhone:         http.StatusUnprocessableEntity,
	api.CodeCountry:       http.StatusTooManyRequests,
	api.CodeChallengeOpen: http.StatusConflict,
	api.CodeStepUp:        http.StatusUnauthorized,
}

// Waits that Retry-After names where the error does not know better.
const (
	busyWait = 5 * time.Second
	manyWait = time.Minute
)

// problem is api.Problem as huma wants an error: it knows its status, its
// content type and its header fields.
type problem struct {
	api.Problem
	header http.Header
}

// Error names the code alone: what was sent never gets into a log through it.
func (p *problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders are header fields of the reply: Retry-After where there is a wait.
func (p *problem) GetHeaders() http.Header { return p.header }

// ContentType is that of RFC 9457.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// newProblem turns an error into what the client is told: code, status, and the
// few facts that its sentence names. The cause stays inside.
func newProblem(err error, now time.Time) *problem {
	var e *api.Error
	if !errors.As(err, &e) {
		e = api.NewError(api.CodeInternal)
	}
	status, ok := statuses[e.Code]
	if !ok {
		e, status = api.NewError(api.CodeInternal), http.StatusInternalServerError
	}
	p := &problem{Problem: api.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: e.Code,
	}, header: http.Header{}}
	facts(p, e)
	if e.Code == api.CodeClockSkew {
		p.Time = stamp(now)
	}
	if !e.RetryAt.IsZero() {
		p.RetryAt = stamp(e.RetryAt)
	}
	if wait := retryAfter(status, e.RetryAt, now); wait > 0 {
		p.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	return p
}

// facts copies what the service put beside the code.
func facts(p *problem, e *api.Error) {
	if n, ok := e.Args[server.ArgTriesLeft].(int); ok {
		p.TriesLeft = &n
	}
	switch c := e.Args[server.ArgChallenge].(type) {
	case api.Challenge:
		p.Challenge = whole(&c)
	case *api.Challenge:
		p.Challenge = whole(c)
	}
}

func retryAfter(status int, at, now time.Time) time.Duration {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return 0
	}
	if wait := at.Sub(now); !at.IsZero() && wait > 0 {
		return wait
	}
	if !at.IsZero() {
		return time.Second
	}
	if status == http.StatusServiceUnavailable {
		return busyWait
	}
	return manyWait
}

// whole makes a challenge's lists lists, never null.
func whole(c *api.Challenge) *api.Challenge {
	if c != nil && c.Deliveries == nil {
		c.Deliveries = []api.Delivery{}
	}
	return c
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// write sends the problem outside of huma.
func (p *problem) write(w http.ResponseWriter) {
	for k, v := range p.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	body, err := json.Marshal(p.Problem)
	if err != nil {
		panic(err) // plain texts and numbers always marshal
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}
