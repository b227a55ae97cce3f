package fleetsim

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

var platformNames = map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}

// plotPrompts draws the prompts in vain by policy, with their intervals.
func plotPrompts(list []Tally, platforms []string) []byte {
	const left, right, rowHeight = 110.0, 40.0, 26.0
	height := 92 + float64(len(platforms))*(float64(len(Policies))*rowHeight+16) + 30
	d := newDrawing(860, height, "Prompts in vain per computer and year, by policy")
	s := scale{low: 0.0003, high: 300, from: left + 90, to: d.width - right, log: true}
	top, bottom := 52.0, height-46
	for _, v := range s.decades() {
		d.line(s.at(v), top, s.at(v), bottom, grid, 1, "")
		d.text(s.at(v), bottom+18, short(v), faint, "middle", 12)
	}
	d.line(s.at(Limit), top, s.at(Limit), bottom, orange, 1.4, "5 4")
	d.text(s.at(Limit)+6, top+10, "0.02", orange, "start", 12)
	y := top + 26
	for _, platform := range platforms {
		d.text(24, y+rowHeight+4, platformNames[platform], ink, "start", 14)
		for i, policy := range Policies {
			e := Sum(list, platform, policy).VainRate()
			d.text(s.from-14, y+4, policy, faint, "end", 12)
			d.line(s.at(e.Low), y, s.at(e.High), y, hues[i], 3, "")
			d.dot(s.at(e.Value), y, 5.5, hues[i], true)
			if x := s.at(e.High) + 12; x < d.width-60 {
				d.text(x, y+4, rounded(e.Value), ink, "start", 12)
			} else {
				d.text(s.at(e.Low)-12, y+4, rounded(e.Value), ink, "end", 12)
			}
			y += rowHeight
		}
		y += 16
	}
	d.text(s.to, height-8, "a logarithmic scale; bars are 95 % intervals", faint, "end", 11)
	return d.bytes()
}

// plotSweep draws how prompts in vain grow with what flaps or cannot be read.
func plotSweep(sweeps []Sweep, sort, title, axis string, low, high float64) []byte {
	d := newDrawing(860, 420, title)
	x := scale{low: low, high: high, from: 70, to: d.width - 130, log: true}
	y := scale{low: 0.0003, high: 10, from: 350, to: 60, log: true}
	for _, v := range x.decades() {
		d.line(x.at(v), y.from, x.at(v), y.to, grid, 1, "")
		d.text(x.at(v), y.from+18, short(v), faint, "middle", 12)
	}
	for _, v := range y.decades() {
		d.line(x.from, y.at(v), x.to, y.at(v), grid, 1, "")
		d.text(x.from-10, y.at(v)+4, short(v), faint, "end", 12)
	}
	d.line(x.from, y.at(Limit), x.to, y.at(Limit), orange, 1.4, "5 4")
	d.text(x.to+8, y.at(Limit)+4, "0.02", orange, "start", 12)
	d.text((x.from+x.to)/2, 396, axis, faint, "middle", 12)
	var labels []float64
	for i, sw := range slices.DeleteFunc(slices.Clone(sweeps), func(s Sweep) bool { return s.Sort != sort }) {
		var mid, band, back []xy
		for _, p := range sw.Points {
			at := x.at(p.Events)
			mid = append(mid, xy{at, y.at(p.Vain.Value)})
			band = append(band, xy{at, y.at(p.Vain.High)})
			back = append(back, xy{at, y.at(p.Vain.Low)})
		}
		slices.Reverse(back)
		d.area(append(band, back...), hues[i])
		d.path(mid, hues[i])
		for _, p := range mid {
			d.dot(p.x, p.y, 3, hues[i], true)
		}
		at := mid[len(mid)-1].y + 4
		for slices.ContainsFunc(labels, func(l float64) bool { return math.Abs(l-at) < 15 }) {
			at += 15
		}
		labels = append(labels, at)
		d.text(x.to+8, at, platformNames[sw.Platform], hues[i], "start", 13)
	}
	return d.bytes()
}

// plotAttacks draws the shares that the server sees under balanced, with and
// without something that is not on the disk.
func plotAttacks(seen []Seen) []byte {
	attacks := Attacks()
	d := newDrawing(860, 128+float64(len(attacks))*44, "Share of attacks seen under balanced, before the chain")
	s := scale{low: 0, high: 1, from: 60, to: d.width - 90}
	bottom := 84 + float64(len(attacks))*44
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.line(s.at(v), 74, s.at(v), bottom, grid, 1, "")
		d.text(s.at(v), bottom+18, fmt.Sprintf("%.0f %%", v*100), faint, "middle", 12)
	}
	for i, g := range guards {
		d.dot(70+float64(i)*250, 54, 5, hues[i], true)
		d.text(82+float64(i)*250, 58, g.title, faint, "start", 12)
	}
	for i, a := range attacks {
		y := 98 + float64(i)*44
		d.text(s.from, y, a.Title, ink, "start", 12)
		d.line(s.from, y+14, s.to, y+14, grid, 1, "")
		for n, g := range guards {
			k, of := g.seen(seen, a.Name, api.Balanced)
			if of == 0 {
				continue
			}
			e := shareOf(k, of)
			at := y + 14 + float64(n-1)*5
			d.line(s.at(e.Low), at, s.at(e.High), at, hues[n], 3, "")
			d.dot(s.at(e.Value), at, 4, hues[n], true)
		}
	}
	return d.bytes()
}
