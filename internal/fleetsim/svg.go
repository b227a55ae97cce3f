package fleetsim

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Colours that stay apart for people who see few of them (Okabe and Ito), on
// paper as on a screen.
const (
	ink    = "#1f2933"
	faint  = "#7b8794"
	grid   = "#e4e7eb"
	blue   = "#0072b2"
	orange = "#d55e00"
	green  = "#009e73"
	paper  = "#ffffff"
)

var hues = []string{blue, orange, green}

// drawing writes a picture in SVG. Lengths are in pixels.
type drawing struct {
	b             strings.Builder
	width, height float64
}

func newDrawing(width, height float64, title string) *drawing {
	d := &drawing{width: width, height: height}
	fmt.Fprintf(&d.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13" role="img">`+"\n",
		num(width), num(height), num(width), num(height))
	fmt.Fprintf(&d.b, "<title>%s</title>\n", html.EscapeString(title))
	fmt.Fprintf(&d.b, `<rect width="%s" height="%s" rx="8" fill="%s"/>`+"\n", num(width), num(height), paper)
	d.text(24, 32, title, ink, "start", 16)
	return d
}

func num(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

func (d *drawing) text(x, y float64, s, colour, anchor string, size float64) {
	fmt.Fprintf(&d.b, `<text x="%s" y="%s" fill="%s" text-anchor="%s" font-size="%s">%s</text>`+"\n", num(x), num(y), colour, anchor, num(size), html.EscapeString(s))
}

func (d *drawing) line(x1, y1, x2, y2 float64, colour string, width float64, dashes string) {
	extra := ""
	if dashes != "" {
		extra = ` stroke-dasharray="` + dashes + `"`
	}
	fmt.Fprintf(&d.b, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s" stroke-linecap="round"%s/>`+"\n", num(x1), num(y1), num(x2), num(y2), colour, num(width), extra)
}

func (d *drawing) dot(x, y, r float64, colour string, filled bool) {
	fill := paper
	if filled {
		fill = colour
	}
	fmt.Fprintf(&d.b, `<circle cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="2"/>`+"\n", num(x), num(y), num(r), fill, colour)
}

type xy struct{ x, y float64 }

func (d *drawing) path(points []xy, colour string) {
	fmt.Fprintf(&d.b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"/>`+"\n", joined(points), colour)
}

func (d *drawing) area(points []xy, colour string) {
	fmt.Fprintf(&d.b, `<polygon points="%s" fill="%s" fill-opacity="0.13"/>`+"\n", joined(points), colour)
}

func joined(points []xy) string {
	var parts []string
	for _, p := range points {
		parts = append(parts, num(p.x)+","+num(p.y))
	}
	return strings.Join(parts, " ")
}

func (d *drawing) bytes() []byte { return []byte(d.b.String() + "</svg>\n") }

// scale maps values onto pixels, on a logarithmic scale where log is set.
type scale struct {
	low, high float64 // values
	from, to  float64 // pixels
	log       bool
}

func (s scale) at(v float64) float64 {
	v = min(max(v, s.low), s.high)
	if s.log {
		return s.from + (s.to-s.from)*math.Log(v/s.low)/math.Log(s.high/s.low)
	}
	return s.from + (s.to-s.from)*(v-s.low)/(s.high-s.low)
}

// decades lists the powers of ten on a logarithmic scale.
func (s scale) decades() []float64 {
	var out []float64
	for e := math.Ceil(math.Log10(s.low) - 1e-9); e <= math.Log10(s.high)+1e-9; e++ {
		out = append(out, math.Pow(10, e))
	}
	return out
}

// short writes a number as people read it.
func short(v float64) string {
	switch {
	case v >= 1000:
		return strconv.FormatFloat(v/1000, 'f', -1, 64) + " k"
	case v == 0:
		return "0"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
