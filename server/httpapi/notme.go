package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// notMeRoute stands for the route in the log: the path holds the token.
const notMeRoute = server.NotMePath + "{token}"

// notMeStyle is the page's look. Nothing else can style or script the page, and it
// fetches nothing.
const notMeStyle = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--ink:#1a1d21;--soft:#5a626d;--line:#dde1e6;--key:#0b5fa5;--on:#fff}
@media (prefers-color-scheme:dark){:root{--back:#15181c;--card:#1e2228;--ink:#e9ecef;--soft:#a3abb5;--line:#333a43;--key:#8cc4ff;--on:#10151a}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:17px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:34rem;margin:12vh auto 0;padding:2rem 1.6rem;background:var(--card);border:1px solid var(--line);border-radius:14px}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .8rem}
p{margin:0 0 1rem}
.soft{color:var(--soft);font-size:.95rem;margin:0}
button{font:inherit;font-weight:600;color:var(--on);background:var(--key);border:0;border-radius:10px;padding:.75rem 1.3rem;min-height:44px;cursor:pointer;margin:0 0 1.2rem}
button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
`

var notMePolicy = func() string {
	sum := sha256.Sum256([]byte(notMeStyle))
	return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

var notMePage = template.Must(template.New("not-me").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}} – Holdfast</title>
<style>{{.Style}}</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Button}}<form method="post"><button type="submit">{{.}}</button></form>
{{end}}<p class="soft">{{.Foot}}</p>
</main>
</body>
</html>
`))

// notMe answers the page of a link: a GET shows what the button does and changes
// nothing, a POST does it. Neither asks who is there, because both only ever
// restrict. False where the path is not such a page's.
func (a *API) notMe(w http.ResponseWriter, r *http.Request) bool {
	token, ok := strings.CutPrefix(r.URL.Path, server.NotMePath)
	if !ok {
		return false
	}
	w.Header().Set("Content-Security-Policy", notMePolicy)
	w.Header().Set("X-Robots-Tag", "noindex")
	var page server.NotMe
	var err error
	switch {
	case r.URL.RawQuery != "":
		err = api.NewError(api.CodeNotFound)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		page, err = a.cfg.Service.LinkPage(r.Context(), token)
	case r.Method == http.MethodPost:
		page, err = a.cfg.Service.SayNotMe(r.Context(), server.Caller{IP: a.address(r)}, token)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return true
	}
	a.drawNotMe(w, r, page, err)
	return true
}

func (a *API) drawNotMe(w http.ResponseWriter, r *http.Request, page server.NotMe, err error) {
	status, key := http.StatusOK, "page.not-me."+page.Effect
	data := map[string]any{"Style": template.CSS(notMeStyle)}
	language := page.Language
	switch {
	case api.CodeOf(err) == api.CodeNotFound:
		status, key = http.StatusNotFound, "page.not-me.gone"
		language, _, _ = strings.Cut(r.Header.Get("Accept-Language"), ",")
	case err != nil:
		a.cfg.Log.ErrorContext(r.Context(), "a link's page failed")
		status, key = http.StatusInternalServerError, "page.not-me.failed"
	case page.Done:
		key = "page.not-me.done"
	}
	p := text.For(strings.TrimSpace(language))
	if status == http.StatusOK && !page.Done {
		data["Button"] = p.T("page.not-me.button")
	}
	data["Lang"], data["Title"], data["Text"], data["Foot"] = p.Language(), p.T("page.not-me.title"), p.T(key), p.T("page.not-me.foot")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = notMePage.Execute(w, data)
	}
}
