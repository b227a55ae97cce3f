package deliver

import (
	"html/template"
	"strings"
)

// text writes the body as plain text: the code on a line of its own, first.
func (b body) text() string {
	var parts []string
	add := func(lines ...string) {
		if len(lines) > 0 && lines[0] != "" {
			parts = append(parts, strings.Join(lines, "\n"))
		}
	}
	add(b.First)
	add(b.What...)
	if len(b.Changes) > 0 {
		add(b.ChangesHead + "\n- " + strings.Join(b.Changes, "\n- "))
	}
	add(b.Rules...)
	add(b.Facts...)
	add(b.NotMe)
	if b.Link != "" {
		add(b.LinkSays, b.Link)
	}
	add(b.Foot...)
	return strings.Join(parts, "\n\n") + "\n"
}

// page is the same as HTML: no pictures, nothing fetched, and no link but the one
// that only shuts things out.
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

func (b body) html() (string, error) {
	var out strings.Builder
	err := page.Execute(&out, b)
	return out.String(), err
}
