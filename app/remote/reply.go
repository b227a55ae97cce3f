package remote

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Names of the facts that an error of this package may carry in Args.
const (
	// ArgChallenge holds the *api.Challenge that a problem told of.
	ArgChallenge = "Challenge"
	// ArgCount holds the number of tries left, an int.
	ArgCount = "Count"
	argTime  = "Time"
)

// read turns a reply into a result or an error.
func read(r *resty.Response, out any) error {
	kind, _, err := mime.ParseMediaType(r.Header().Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	if e := stranger(r.StatusCode(), kind); e != nil {
		return e
	}
	if r.StatusCode() >= http.StatusBadRequest {
		return problem(r.Body())
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(r.Body(), out); err != nil {
		return api.Wrap(api.CodeServerReply, err)
	}
	return nil
}

// stranger finds the replies that are not our server's: a proxy that wants a
// sign-in, a gateway in front of a server that is down, anything that is not JSON.
func stranger(status int, kind string) *api.Error {
	ours := kind == "application/json" || kind == "application/problem+json"
	switch {
	case status == http.StatusProxyAuthRequired, status == http.StatusNetworkAuthenticationRequired:
		return api.NewError(api.CodeProxySignIn)
	case status >= 300 && status < 400:
		return api.NewError(api.CodeProxySignIn)
	case ours, status == http.StatusNoContent:
		return nil
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return api.NewError(api.CodeServerAway)
	case kind == "text/html" && status < http.StatusInternalServerError:
		return api.NewError(api.CodeProxySignIn)
	default:
		return api.NewError(api.CodeServerReply)
	}
}

// problem turns an RFC 9457 body into an error with the facts that it names.
func problem(body []byte) error {
	var p api.Problem
	if err := json.Unmarshal(body, &p); err != nil || p.Code == "" {
		return api.Wrap(api.CodeServerReply, err)
	}
	e := api.NewError(p.Code)
	if p.TriesLeft != nil {
		e = e.With(ArgCount, *p.TriesLeft)
	}
	if p.Challenge != nil {
		e = e.With(ArgChallenge, p.Challenge)
	}
	if p.Time != "" {
		e = e.With(argTime, p.Time)
	}
	if t, err := time.Parse(time.RFC3339, p.RetryAt); err == nil {
		e = e.At(t)
	}
	return e
}

// failure turns a transport's error into a code. Sent says that a request left
// this computer, so that "nothing was sent" would not be true.
func failure(err error, sent bool) error {
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		coded   *api.Error
	)
	switch {
	case errors.As(err, &coded):
		return err // the signer's: nothing was sent
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid),
		errors.As(err, &record), errors.As(err, &alert), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return api.Wrap(api.CodeCertificate, err)
	case strings.Contains(err.Error(), http.StatusText(http.StatusProxyAuthRequired)):
		// A proxy's refusal of CONNECT reaches us as text alone.
		return api.Wrap(api.CodeProxySignIn, err)
	case errors.Is(err, resty.ErrResponseBodyTooLarge):
		return api.Wrap(api.CodeServerReply, err)
	case sent:
		return api.Wrap(api.CodeAnswerLost, err)
	default:
		return api.Wrap(api.CodeServerAway, err)
	}
}
