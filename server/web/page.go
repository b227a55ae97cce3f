package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

//go:embed pages/*.html
var files embed.FS

//go:embed pages/style.css
var style string

// contentPolicy lets a page have its own style, forms to its own origin, and the
// picture of a second factor; nothing else.
var contentPolicy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; img-src data:; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// pages are the templates by name.
type pages map[string]*template.Template

func parsePages() (pages, error) {
	out := pages{}
	names, err := files.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	for _, f := range names {
		name, ok := strings.CutSuffix(f.Name(), ".html")
		if !ok || name == "layout" {
			continue
		}
		t, err := template.New("layout.html").ParseFS(files, "pages/layout.html", "pages/"+f.Name())
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// view is what a template is given: the sentences' printer, who looks, and the
// page's own data.
type view struct {
	p     *text.Printer
	Page  string
	Me    server.Principal
	CSRF  string
	Style template.CSS
	Path  string
	Done  string // what was just done; empty for nothing
	Data  any
}

// failed is the data of the page that says why something was not done.
type failed struct {
	Sentence string
	Data     text.Data
	Until    string
}

// T says a sentence; after the key come names and values of its fields.
func (v view) T(key string, pairs ...any) string {
	data := text.Data{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			data[name] = pairs[i+1]
		}
	}
	return v.p.T(key, data)
}

// Say says a sentence with its data.
func (v view) Say(key string, data text.Data) string {
	if data == nil {
		data = text.Data{}
	}
	return v.p.T(key, data)
}

// Or says the sentence of a key, or where there is none the fallback itself: a
// state that this version has no word for is shown as it is.
func (v view) Or(prefix, word string) string {
	if word == "" {
		return ""
	}
	if v.p.Has(prefix + word) {
		return v.p.T(prefix + word)
	}
	return word
}

// Lang is the language of the page.
func (v view) Lang() string { return v.p.Language() }

// May says whether whoever looks has a right.
func (v view) May(right string) bool { return v.Me.Role.May(server.Right(right)) }

// Time writes a time so that it reads the same in every language: 2026-11-22 08:15
// UTC; a dash for never.
func (v view) Time(unix int64) string {
	if unix == 0 {
		return "–"
	}
	return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04 UTC")
}

// Stamp is Time for a time as replies carry it.
func (v view) Stamp(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return v.Time(t.Unix())
}

// Account groups an account's number.
func (v view) Account(number string) string {
	if !code.ValidAccount(number) {
		return number
	}
	return code.GroupAccount(number)
}

// Value writes a limit's value.
func (v view) Value(x any) string { return server.Show(x) }

// doneWords are what a page may say was just done.
func doneWords() []string { return []string{"sent", "held", "revoked", "removed"} }

// show writes a page.
func (c *Console) show(w http.ResponseWriter, r *http.Request, k *call, status int, name string, data any) {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	v := view{p: text.For(strings.TrimSpace(first)), Page: name, Style: template.CSS(style), Path: Path, Data: data}
	if k != nil {
		v.Me = k.me
		if k.seat.Token != "" {
			v.CSRF = k.csrf()
		}
		if done := r.URL.Query().Get("done"); slices.Contains(doneWords(), done) {
			v.Done = done
		}
	}
	var out bytes.Buffer
	if err := c.pages[name].Execute(&out, v); err != nil {
		c.cfg.Log.ErrorContext(r.Context(), "a page of the console failed", "page", name, "cause", err.Error())
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

func (k *call) page(name string, data any) error {
	k.show(k.w, k.r, k, http.StatusOK, name, data)
	return nil
}

func (k *call) fail(status int, sentence string, e *api.Error) {
	f := failed{Sentence: sentence}
	if e != nil {
		f.Data = text.Data(e.Args)
		if !e.RetryAt.IsZero() {
			f.Until = e.RetryAt.UTC().Format(time.RFC3339)
		}
	}
	k.show(k.w, k.r, k, status, "failed", f)
}
