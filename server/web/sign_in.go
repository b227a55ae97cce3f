package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
	"net/http"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func (k *call) home() error { return k.page("home", nil) }

// signInData is the data of the page to sign in, and of that of a link.
type signInData struct {
	Name    string
	Problem string // key of a sentence; empty for none
	Until   string
	Link    server.LinkView
	Picture template.URL
}

func (k *call) signInPage() error { return k.page("sign-in", signInData{}) }

func (k *call) signIn() error {
	f := k.r.PostForm
	token, err := k.cfg.Service.StaffSignIn(k.r.Context(), k.seat, f.Get("name"), f.Get("password"), f.Get("code"))
	var e *api.Error
	if errors.As(err, &e) && (e.Code == api.CodeSignIn || e.Code == api.CodeTooMany) {
		d := signInData{Name: f.Get("name"), Problem: "web.sign-in.failed"}
		if e.Code == api.CodeTooMany {
			d.Problem, d.Until = "web.sign-in.wait", stamp(e)
		}
		k.show(k.w, k.r, k, statusOf(e.Code), "sign-in", d)
		return nil
	}
	if err != nil {
		return err
	}
	k.cookie(token)
	k.to(Path)
	return nil
}

func (k *call) signOut() error {
	if err := k.cfg.Service.StaffSignOut(k.r.Context(), k.seat); err != nil {
		return err
	}
	k.cookie("")
	k.to(Path + "/sign-in")
	return nil
}

func (k *call) linkPage() error { return k.linkForm(http.StatusOK, "", "") }

func (k *call) linkForm(status int, problem, until string) error {
	v, err := k.cfg.Service.Link(k.r.Context(), k.r.PathValue("token"))
	if err != nil {
		return err
	}
	d := signInData{Link: v, Problem: problem, Until: until}
	if d.Picture, err = picture(v.URI); err != nil {
		return err
	}
	k.show(k.w, k.r, k, status, "link", d)
	return nil
}

// pictureSide is the width and height of the picture in pixels.
const pictureSide = 220

// picture is a QR code as a data address.
func picture(content string) (template.URL, error) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return "", err
	}
	scaled, err := barcode.Scale(code, pictureSide, pictureSide)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, scaled); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil //nolint:gosec // our own picture
}

func (k *call) link() error {
	f := k.r.PostForm
	if f.Get("password") != f.Get("again") {
		return k.linkForm(http.StatusUnprocessableEntity, "web.link.differ", "")
	}
	token, err := k.cfg.Service.AcceptLink(k.r.Context(), k.seat, k.r.PathValue("token"), f.Get("password"), f.Get("code"))
	var e *api.Error
	switch {
	case errors.As(err, &e) && e.Code == api.CodePasswordWeak:
		return k.linkForm(http.StatusUnprocessableEntity, "web.link.weak", "")
	case errors.As(err, &e) && e.Code == api.CodeWrong:
		return k.linkForm(http.StatusUnauthorized, "web.code-wrong", "")
	case errors.As(err, &e) && e.Code == api.CodeTooMany:
		return k.linkForm(http.StatusTooManyRequests, "web.sign-in.wait", stamp(e))
	case err != nil:
		return err
	}
	k.cookie(token)
	k.to(Path)
	return nil
}

// proveData is the data of the page that asks for the second factor again.
type proveData struct {
	Next    string
	Problem string
	Until   string
}

func (k *call) provePage() error {
	return k.page("prove", proveData{Next: next(k.r.URL.Query().Get("next"))})
}

func (k *call) prove() error {
	err := k.cfg.Service.StaffProve(k.r.Context(), k.seat, k.r.PostForm.Get("code"))
	to := next(k.r.PostForm.Get("next"))
	var e *api.Error
	if errors.As(err, &e) && (e.Code == api.CodeWrong || e.Code == api.CodeTooMany) {
		d := proveData{Next: to, Problem: "web.code-wrong"}
		if e.Code == api.CodeTooMany {
			d.Problem, d.Until = "web.sign-in.wait", stamp(e)
		}
		k.show(k.w, k.r, k, statusOf(e.Code), "prove", d)
		return nil
	}
	if err != nil {
		return err
	}
	k.to(to)
	return nil
}

func stamp(e *api.Error) string { return e.RetryAt.UTC().Format("2006-01-02T15:04:05Z") }
