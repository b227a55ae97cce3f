package deliver

import (
	"html/template"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// page is the message as HTML in the words of the library, which decides what has
// to be escaped where.
var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px;background:#f7f8fa;color:#1b1f24;font:16px/1.5 sans-serif">
<div style="max-width:440px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #d9dde2;border-radius:12px">
{{- if .Code}}
<p style="margin:0 0 4px;font:bold 28px/1.2 monospace;letter-spacing:2px">{{.Code}}</p>
<p style="margin:0 0 16px">{{.First}}</p>
{{- end}}
{{- range .What}}
<p>{{.}}</p>
{{- end}}
{{- if .Changes}}
<p style="margin-bottom:0">{{.ChangesHead}}</p>
<ul style="margin-top:4px">{{range .Changes}}<li>{{.}}</li>{{end}}</ul>
{{- end}}
{{- range .Rules}}
<p>{{.}}</p>
{{- end}}
<p style="color:#5b6470;font-size:14px">{{range $i, $f := .Facts}}{{if $i}}<br>{{end}}{{$f}}{{end}}</p>
<p>{{.NotMe}}</p>
{{- if .Link}}
<p>{{.LinkSays}}<br><a href="{{.Link}}" style="color:#9a1c1c">{{.LinkName}}</a></p>
{{- end}}
<p style="color:#5b6470;font-size:14px">{{range $i, $f := .Foot}}{{if $i}}<br>{{end}}{{$f}}{{end}}</p>
</div></body></html>
`))

func asTheLibrary(t *testing.T, b *body) string {
	t.Helper()
	var out strings.Builder
	if err := page.Execute(&out, b); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestHTMLIsTheLibrarys: every kind in every language, with and without what may
// be missing.
func TestHTMLIsTheLibrarys(t *testing.T) {
	for _, kind := range server.MessageKinds() {
		for _, lang := range text.Languages {
			for n := range 32 {
				m := bare(full(kind, lang), n)
				if n%3 == 0 {
					m.Link = "https://keys.example.org/not-me/abc_DEF-123"
				}
				b, err := compose(&m, theSender)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := b.html(), asTheLibrary(t, b); got != want {
					t.Fatalf("%s %s %05b:\n%s\nthe library:\n%s", kind, lang, n, got, want)
				}
			}
		}
	}
}

// hostile are values that mean to be more than text.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='x`, `</title><script>`, `</textarea>`, "<!--", "-->", "]]>",
	"&amp;&lt;&#60;&lt", "a+b", "\x00<\x00", "line\nbreak\r\n", "\xff\xfe<", "\u202e\u2066", "`${x}`", "{{.Code}}", "javascript:alert(1)",
	"https://a.example/%zz%3C?x=<b>&y='\"+ \u2028#f", "http://a.example/\x00\x7f[]()", "//a.example", "data:text/html,<b>", "HTTPS://A.EXAMPLE/a", "",
	"mailto:a@example.org", "https://keys.example.org/%2F..%2f", "https://✓.example/é",
}

// TestHostileHTMLIsTheLibrarys: wherever it stands.
func TestHostileHTMLIsTheLibrarys(t *testing.T) {
	for _, bad := range hostile {
		for _, link := range append(hostile, "https://keys.example.org/not-me/abc_DEF-123") {
			same(t, bad, link)
		}
	}
}

func same(t *testing.T, bad, link string) {
	t.Helper()
	b := &body{
		Language: bad, Subject: bad, Code: bad, First: bad, What: []string{bad, bad}, ChangesHead: bad, Changes: []string{bad, "x"}, Rules: []string{bad},
		Facts: []string{bad, bad}, NotMe: bad, Link: link, LinkSays: bad, LinkName: bad, Foot: []string{bad},
	}
	if got, want := b.html(), asTheLibrary(t, b); got != want {
		t.Errorf("%q, link %q:\n%s\nthe library:\n%s", bad, link, got, want)
	}
}

func FuzzHTMLIsTheLibrarys(f *testing.F) {
	for _, bad := range hostile {
		f.Add(bad, bad)
	}
	f.Fuzz(func(t *testing.T, bad, link string) { same(t, bad, link) })
}
