package part

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/seed-1feef0b2/holdfast/ui/look"
)

// Paragraph is text that wraps at words, in one of the three sizes.
type Paragraph struct {
	widget.BaseWidget
	Text   string
	Step   fyne.ThemeSizeName
	Colour fyne.ThemeColorName
	Bold   bool
	Centre bool
}

var (
	_ Flow            = (*Paragraph)(nil)
	_ fyne.Accessible = (*Paragraph)(nil)
)

// Say is a paragraph in the body size.
func Say(text string) *Paragraph {
	return newParagraph(&Paragraph{Text: text, Step: look.Body, Colour: look.Text})
}

// Strong is a bold paragraph in the body size.
func Strong(text string) *Paragraph {
	return newParagraph(&Paragraph{Text: text, Step: look.Body, Colour: look.Text, Bold: true})
}

// Heading is a screen's title.
func Heading(text string) *Paragraph {
	return newParagraph(&Paragraph{Text: text, Step: look.Title, Colour: look.Text, Bold: true})
}

// Caption is a small muted paragraph.
func Caption(text string) *Paragraph {
	return newParagraph(&Paragraph{Text: text, Step: look.Caption, Colour: look.Muted})
}

// Centred is the paragraph in the middle of its column.
func (p *Paragraph) Centred() *Paragraph {
	p.Centre = true
	return p
}

// In is the paragraph in another colour.
func (p *Paragraph) In(colour fyne.ThemeColorName) *Paragraph {
	p.Colour = colour
	return p
}

func newParagraph(p *Paragraph) *Paragraph {
	p.ExtendBaseWidget(p)
	return p
}

// HeightFor is the height of the wrapped text at a width.
func (p *Paragraph) HeightFor(width float32) float32 {
	return float32(len(p.lines(width))) * p.lineHeight()
}

// AccessibilityLabel is the text.
func (p *Paragraph) AccessibilityLabel() string { return p.Text }

// AccessibilityRole is text.
func (p *Paragraph) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (p *Paragraph) style() fyne.TextStyle { return fyne.TextStyle{Bold: p.Bold} }

func (p *Paragraph) lineHeight() float32 {
	return float32(int(look.Points(p.Step)*look.LineHeight + 0.5))
}

func (p *Paragraph) lines(width float32) []string {
	return breakLines(p.Text, look.Points(p.Step), p.style(), width)
}

// CreateRenderer draws one canvas.Text for each line.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	r := &paragraphRenderer{p: p}
	r.fill(look.CardMin)
	return r
}

type paragraphRenderer struct {
	p     *Paragraph
	width float32
	lines [][]*canvas.Text
	texts []fyne.CanvasObject
}

func (r *paragraphRenderer) fill(width float32) {
	r.width = width
	r.lines, r.texts = nil, nil
	for _, line := range r.p.lines(width) {
		var runs []*canvas.Text
		for _, run := range runsOf(line) {
			t := canvas.NewText(run, look.Now(r.p.Colour))
			t.TextSize, t.TextStyle = look.Points(r.p.Step), r.p.style()
			runs, r.texts = append(runs, t), append(r.texts, t)
		}
		r.lines = append(r.lines, runs)
	}
}

func (r *paragraphRenderer) Layout(size fyne.Size) {
	if size.Width != r.width {
		r.fill(size.Width)
	}
	h := r.p.lineHeight()
	for i, runs := range r.lines {
		x := float32(0)
		if r.p.Centre {
			x = size.Width
			for _, t := range runs {
				x -= t.MinSize().Width
			}
			x /= 2
		}
		for _, t := range runs {
			m := t.MinSize()
			t.Move(fyne.NewPos(x, float32(i)*h+(h-m.Height)/2))
			t.Resize(m)
			x += m.Width
		}
	}
}

func (r *paragraphRenderer) MinSize() fyne.Size {
	// A word that is too long is broken, so no width is too small.
	return fyne.NewSize(0, r.p.HeightFor(r.width))
}

func (r *paragraphRenderer) Refresh() {
	r.fill(r.width)
	r.Layout(r.p.Size())
	canvas.Refresh(r.p)
}

func (r *paragraphRenderer) Objects() []fyne.CanvasObject { return r.texts }
func (r *paragraphRenderer) Destroy()                     {}

// breakLines wraps text at spaces; a word wider than the line is broken where
// it must be. Line breaks in the text stay.
func breakLines(text string, points float32, style fyne.TextStyle, width float32) []string {
	measure := func(s string) float32 {
		w := float32(0)
		for _, run := range runsOf(s) {
			w += fyne.MeasureText(run, points, style).Width
		}
		return w
	}
	var out []string
	for _, part := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Split(part, " ") {
			next := word
			if line != "" {
				next = line + " " + word
			}
			if measure(next) <= width {
				line = next
				continue
			}
			if line != "" {
				out = append(out, line)
			}
			for measure(word) > width {
				head := fitting(word, width, measure)
				out = append(out, head)
				word = word[len(head):]
			}
			line = word
		}
		out = append(out, line)
	}
	return together(out, width, measure)
}

// together keeps a last word from standing alone: it gets company from the line
// above.
func together(lines []string, width float32, measure func(string) float32) []string {
	n := len(lines)
	if n < 2 || strings.Contains(lines[n-1], " ") {
		return lines
	}
	above := strings.Split(lines[n-2], " ")
	if len(above) < 4 {
		return lines
	}
	last := above[len(above)-1] + " " + lines[n-1]
	if measure(last) <= width {
		lines[n-2], lines[n-1] = strings.Join(above[:len(above)-1], " "), last
	}
	return lines
}

// lonely are marks that our font lacks. The font that has them lacks the space,
// so they are drawn apart from what stands beside them.
const lonely = "→"

// runsOf cuts a line where lonely marks stand.
func runsOf(line string) []string {
	var out []string
	for line != "" {
		at := strings.IndexAny(line, lonely)
		if at < 0 {
			return append(out, line)
		}
		if at > 0 {
			out = append(out, line[:at])
		}
		size := len(lonely)
		out, line = append(out, line[at:at+size]), line[at+size:]
	}
	return out
}

// fitting is the longest head of a word that fits, at least one letter, broken
// after a mark such as / or - where there is one.
func fitting(word string, width float32, measure func(string) float32) string {
	end, mark := 0, 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && measure(word[:next]) > width {
			break
		}
		end = next
		if strings.ContainsRune("/-@._:", r) {
			mark = next
		}
	}
	if mark > end/2 {
		return word[:mark]
	}
	return word[:end]
}
