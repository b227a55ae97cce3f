package deliver

import (
	"html/template"
	"strings"
)

// shapeSize is room enough for most messages, in bytes: as text or as HTML.
const (
	textSize = 1 << 10
	htmlSize = 3 << 10
)

// text writes the body as plain text: the code on a line of its own, first.
func (b *body) text() string {
	var out strings.Builder
	out.Grow(textSize)
	add := func(lines ...string) {
		if len(lines) == 0 || lines[0] == "" {
			return
		}
		if out.Len() > 0 {
			out.WriteString("\n\n")
		}
		for i, line := range lines {
			if i > 0 {
				out.WriteByte('\n')
			}
			out.WriteString(line)
		}
	}
	add(b.First)
	add(b.What...)
	if len(b.Changes) > 0 {
		add(b.ChangesHead)
		for _, c := range b.Changes {
			out.WriteString("\n- ")
			out.WriteString(c)
		}
	}
	add(b.Rules...)
	add(b.Facts...)
	add(b.NotMe)
	if b.Link != "" {
		add(b.LinkSays, b.Link)
	}
	add(b.Foot...)
	out.WriteByte('\n')
	return out.String()
}

// sheet is a page of HTML that is being written. Everything that is not a part of
// the page itself goes through said or link.
type sheet struct{ strings.Builder }

// said writes a sentence, so that it is nothing but that in HTML.
func (s *sheet) said(sentence string) { _, _ = escaped.WriteString(s, sentence) }

// escaped are the characters that html/template escapes in a text; what it does
// with others was decided where names and places are cleaned.
var escaped = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")

// lines writes sentences in one paragraph, in small print.
func (s *sheet) lines(list []string) {
	s.WriteString("\n<p style=\"color:#5b6470;font-size:14px\">")
	for i, line := range list {
		if i > 0 {
			s.WriteString("<br>")
		}
		s.said(line)
	}
	s.WriteString("</p>")
}

// paragraphs writes each sentence as one.
func (s *sheet) paragraphs(list ...string) {
	for _, line := range list {
		s.WriteString("\n<p>")
		s.said(line)
		s.WriteString("</p>")
	}
}

// html writes the same as HTML: no pictures, nothing fetched, and no link but the
// one that only shuts things out.
func (b *body) html() string {
	s := &sheet{}
	s.Grow(htmlSize)
	s.WriteString("<!DOCTYPE html>\n<html lang=\"")
	s.said(b.Language)
	s.WriteString("\"><head><meta charset=\"utf-8\"><title>")
	s.said(b.Subject)
	s.WriteString(`</title></head>
<body style="margin:0;padding:24px;background:#f7f8fa;color:#1b1f24;font:16px/1.5 sans-serif">
<div style="max-width:440px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #d9dde2;border-radius:12px">`)
	if b.Code != "" {
		s.WriteString("\n<p style=\"margin:0 0 4px;font:bold 28px/1.2 monospace;letter-spacing:2px\">")
		s.said(b.Code)
		s.WriteString("</p>\n<p style=\"margin:0 0 16px\">")
		s.said(b.First)
		s.WriteString("</p>")
	}
	s.paragraphs(b.What...)
	b.listChanges(s)
	s.paragraphs(b.Rules...)
	s.lines(b.Facts)
	s.paragraphs(b.NotMe)
	if b.Link != "" {
		s.link(b)
	}
	s.lines(b.Foot)
	s.WriteString("\n</div></body></html>\n")
	return s.String()
}

func (b *body) listChanges(s *sheet) {
	if len(b.Changes) == 0 {
		return
	}
	s.WriteString("\n<p style=\"margin-bottom:0\">")
	s.said(b.ChangesHead)
	s.WriteString("</p>\n<ul style=\"margin-top:4px\">")
	for _, c := range b.Changes {
		s.WriteString("<li>")
		s.said(c)
		s.WriteString("</li>")
	}
	s.WriteString("</ul>")
}

// plainLink are the characters of an address that need nothing done to them in
// the quotes of an attribute.
const plainLink = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:?="

// aLink is for an address with any other.
var aLink = template.Must(template.New("link").Parse(`<a href="{{.}}" style="color:#9a1c1c">`))

// link writes the one link. Addresses of ours hold nothing that needs care; with
// what does, the library takes it.
func (s *sheet) link(b *body) {
	s.WriteString("\n<p>")
	s.said(b.LinkSays)
	s.WriteString("<br>")
	ours := (strings.HasPrefix(b.Link, "https://") || strings.HasPrefix(b.Link, "http://")) && strings.Trim(b.Link, plainLink) == ""
	if ours {
		s.WriteString(`<a href="`)
		s.WriteString(b.Link)
		s.WriteString(`" style="color:#9a1c1c">`)
	} else {
		_ = aLink.Execute(s, b.Link) // into memory, and with nothing in it that can fail
	}
	s.said(b.LinkName)
	s.WriteString("</a></p>")
}
