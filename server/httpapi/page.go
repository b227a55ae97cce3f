package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

const refresh = "3" // seconds

// style is the page's look, light and dark. Its hash stands in the content
// policy, so that nothing else can style or script the page.
const style = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--ink:#1a1d21;--soft:#5a626d;--line:#dde1e6;--key:#0b5fa5;--wash:#eaf2fa}
@media (prefers-color-scheme:dark){:root{--back:#15181c;--card:#1e2228;--ink:#e9ecef;--soft:#a3abb5;--line:#333a43;--key:#8cc4ff;--wash:#20303f}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:44rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .35rem}
.lead{color:var(--soft);margin:0 0 2rem}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.4rem;margin:0 0 1.1rem}
header{display:flex;flex-wrap:wrap;gap:.15rem 1rem;justify-content:space-between;color:var(--soft);font-size:.875rem}
h2{font-size:1.05rem;margin:.35rem 0 .75rem}
.code{display:inline-block;background:var(--wash);color:var(--key);border-radius:8px;padding:.35rem .9rem;margin:0 0 .9rem;
font:700 2rem/1.3 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;letter-spacing:.06em;user-select:all}
.text{white-space:pre-line;overflow-wrap:anywhere;margin:0;font-size:.95rem}
.empty{border:1px dashed var(--line);border-radius:12px;padding:3rem 1.4rem;text-align:center;color:var(--soft)}
`

var outboxPolicy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

var outboxPage = template.Must(template.New("outbox").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{{.Refresh}}">
<title>{{.Title}} – Holdfast</title>
<style>{{.Style}}</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p class="lead">{{.Lead}}</p>
{{range .Messages}}<article>
<header><span>{{.To}}</span><time datetime="{{.Shown.At}}">{{.At}}</time></header>
<h2>{{.Shown.Subject}}</h2>
{{with .Shown.Code}}<p class="code" aria-label="{{$.Code}}">{{.}}</p>
{{end}}<p class="text">{{.Shown.Text}}</p>
</article>
{{else}}<p class="empty">{{.Empty}}</p>
{{end}}</main>
</body>
</html>
`))

type shownOnPage struct {
	Shown  Shown
	To, At string
}

// page draws the messages, newest first, in the language that the browser asks for.
func (o Outbox) page(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	p := text.For(strings.TrimSpace(first))
	var messages []shownOnPage
	list := o.Messages()
	for i := len(list) - 1; i >= 0; i-- {
		s := list[i]
		messages = append(messages, shownOnPage{s, p.T("page.to", text.Data{"To": s.To}), clock(s.At)})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = outboxPage.Execute(w, map[string]any{
		"Lang": p.Language(), "Refresh": refresh, "Style": template.CSS(style),
		"Title": p.T("page.title"), "Lead": p.T("page.lead"), "Empty": p.T("page.empty"), "Code": p.T("page.code"),
		"Messages": messages,
	})
}

// clock writes a time so that it reads the same in every language.
func clock(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
