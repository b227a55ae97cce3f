package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// call is one request that was let in.
type call struct {
	*Console
	w    http.ResponseWriter
	r    *http.Request
	seat server.Seat
	me   server.Principal // the zero value where nobody is signed in
}

// formLongest is the largest form in bytes.
const formLongest = 16 << 10

// What the guard refuses.
var (
	errForm    = errors.New("web: a form that is none of ours")
	errForeign = errors.New("web: a form of another site")
)

// guarded checks a request from the outside in: the form, where it comes from, who
// sits there and what he may. Only then the route runs.
func (c *Console) guarded(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		k := &call{Console: c, w: w, r: req, seat: server.Seat{IP: c.cfg.Address(req)}}
		if cookie, err := req.Cookie(c.cookieName()); err == nil {
			k.seat.Token = cookie.Value
		}
		err := k.admit(r)
		if err == nil {
			err = r.handle(k)
		}
		if err != nil {
			k.refuse(err)
		}
	})
}

func (k *call) admit(r route) error {
	if r.method == http.MethodPost {
		if err := k.form(r.fields); err != nil {
			return err
		}
		if !k.sameOrigin() {
			return errForeign
		}
	}
	if r.who == anybody {
		return nil
	}
	var err error
	if k.me, err = k.cfg.Service.Seated(k.r.Context(), k.seat); err != nil {
		return err
	}
	if r.method == http.MethodPost && !hmac.Equal([]byte(k.r.PostForm.Get("csrf")), []byte(k.csrf())) {
		return errForeign
	}
	if r.who == seated {
		return nil
	}
	return k.cfg.Service.Allow(k.r.Context(), k.seat, r.right)
}

// form reads the form: urlencoded, no larger than ours are, and nothing in it that
// is not in the route's list, or twice.
func (k *call) form(fields []string) error {
	k.r.Body = http.MaxBytesReader(k.w, k.r.Body, formLongest)
	t, _, err := mime.ParseMediaType(k.r.Header.Get("Content-Type"))
	if err != nil || t != "application/x-www-form-urlencoded" || k.r.URL.RawQuery != "" {
		return errForm
	}
	if err := k.r.ParseForm(); err != nil {
		return errForm
	}
	for name, values := range k.r.PostForm {
		if len(values) != 1 || (name != "csrf" && !slices.Contains(fields, name)) {
			return errForm
		}
	}
	return nil
}

// sameOrigin says whether a form comes from a page of this console, as the browser
// tells it.
func (k *call) sameOrigin() bool {
	if site := k.r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	return k.r.Header.Get("Origin") == k.cfg.Origin
}

// csrf is what every form of a session carries.
func (k *call) csrf() string {
	m := hmac.New(sha256.New, []byte(k.seat.Token))
	m.Write([]byte("holdfast console form v1"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (c *Console) cookieName() string {
	if c.secure {
		return "__Host-holdfast-console"
	}
	return "holdfast-console"
}

// cookie gives the session to the browser, or takes it back where token is empty.
func (k *call) cookie(token string) {
	age := 12 * 60 * 60
	if token == "" {
		age = -1
	}
	http.SetCookie(k.w, &http.Cookie{
		Name: k.cookieName(), Value: token, Path: "/", MaxAge: age, Secure: k.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// refuse shows why something is not done.
func (k *call) refuse(err error) {
	var e *api.Error
	switch {
	case errors.Is(err, server.ErrNoSeat):
		k.cookie("")
		k.to(Path + "/sign-in")
	case errors.Is(err, server.ErrNotFresh):
		next := k.r.URL.Path
		if k.r.Method != http.MethodGet {
			next = Path
		}
		k.to(Path + "/prove?next=" + url.QueryEscape(next))
	case errors.Is(err, server.ErrNoRight):
		k.fail(http.StatusForbidden, "web.no-right", nil)
	case errors.Is(err, server.ErrNoLink):
		k.fail(http.StatusNotFound, "web.no-link", nil)
	case errors.Is(err, errForeign):
		k.fail(http.StatusForbidden, "web.foreign", nil)
	case errors.Is(err, errForm):
		k.fail(http.StatusBadRequest, "web.bad-form", nil)
	case errors.As(err, &e):
		k.fail(statusOf(e.Code), "error."+e.Code, e)
	default:
		k.cfg.Log.ErrorContext(k.r.Context(), "console failed", "cause", err.Error())
		k.fail(http.StatusInternalServerError, "error."+api.CodeInternal, nil)
	}
}

func statusOf(code string) int {
	switch code {
	case api.CodeNotFound, api.CodeNoChallenge:
		return http.StatusNotFound
	case api.CodeTooMany, api.CodeSendWait, api.CodeTryWait:
		return http.StatusTooManyRequests
	case api.CodeSignIn, api.CodeWrong:
		return http.StatusUnauthorized
	case api.CodeBusy:
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// to sends the browser to another page of the console.
func (k *call) to(path string) { http.Redirect(k.w, k.r, path, http.StatusSeeOther) }

// next gives a page of the console to go on to, the first one for anything else.
func next(path string) string {
	if !inside(path) || strings.ContainsAny(path, "?#\\%") || strings.Contains(path, "//") || strings.Contains(path, "..") {
		return Path
	}
	return path
}
