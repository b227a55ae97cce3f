package fleetsim

import (
	"archive/tar"
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// housings sorts the folders of the dumps into forms.
var housings = map[string]string{
	"Notebook": "laptop", "Convertible": "laptop", "Tablet": "laptop",
	"Desktop": "desktop", "Mini Pc": "desktop", "All In One": "desktop", "System On Chip": "desktop",
	"Server": "server",
}

// noBoardText are makers that, where they leave the board's place in the housing
// to a filler text, leave its serial number to one too.
var noBoardText = []string{"gigabyte", "asrock", "biostar"}

// MeasureFirmware derives firmware patterns from a tar of dmidecode's output of
// real computers (dmi/HOUSING/…/ID.txt). Serial numbers and UUIDs are redacted
// there, so that whether they are fillers is concluded from their neighbours: a
// system that has no name of its own (or, on a desk, its board's) was not given
// a serial number either. The placeholder function says what is a filler text.
func MeasureFirmware(r io.Reader, placeholder func(string) bool) ([]Pattern, map[string]int, error) {
	count := map[string]map[string]int{}
	kept := map[string]Pattern{}
	total := map[string]int{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return shares(count, kept, total), total, nil
		}
		if err != nil {
			return nil, nil, err
		}
		parts := strings.Split(strings.TrimPrefix(h.Name, "./"), "/")
		if h.Typeflag != tar.TypeReg || len(parts) < 3 || housings[parts[1]] == "" {
			continue
		}
		form := housings[parts[1]]
		p := classify(form, dmiFields(tr), placeholder)
		if count[form] == nil {
			count[form] = map[string]int{}
		}
		count[form][p.Name]++
		kept[p.Name] = p
		total[form]++
	}
}

// dmiFields gives the first value of each field of the tables about system and
// board, as "System Information/UUID".
func dmiFields(r io.Reader) map[string]string {
	out := map[string]string{}
	section := ""
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, "\t") {
			section = line
			continue
		}
		k, v, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || section != "System Information" && section != "Base Board Information" {
			continue
		}
		if _, seen := out[section+"/"+k]; !seen {
			out[section+"/"+k] = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return out
}

func classify(form string, f map[string]string, placeholder func(string) bool) Pattern {
	const system, board = "System Information/", "Base Board Information/"
	maker, name := f[board+"Manufacturer"], f[system+"Product Name"]
	own := !placeholder(name) && (form != "desktop" || name != f[board+"Product Name"])
	p := Pattern{UUID: api.StatePresent, Serial: api.StatePresent, Board: api.StatePresent, From: map[string]string{}}
	if _, ok := f[system+"UUID"]; !ok {
		p.UUID = api.StateAbsent
	}
	if !own {
		p.Serial = api.StatePlaceholder
	}
	if _, ok := f[board+"Serial Number"]; !ok {
		p.Board = api.StateAbsent
	}
	filler := slices.ContainsFunc(noBoardText, func(m string) bool { return strings.Contains(maker, m) })
	if placeholder(f[board+"Product Name"]) || filler && placeholder(f[board+"Location In Chassis"]) {
		p.Board = api.StatePlaceholder
	}
	switch {
	case strings.Contains(maker, "dell") && own && p.UUID == api.StatePresent:
		p.From["system-uuid"], p.From["board-serial"] = "system-serial", "system-serial"
	case strings.Contains(maker, "gigabyte") && !own && p.UUID == api.StatePresent:
		p.From["system-uuid"] = "network-card"
	case strings.Contains(maker, "asrock") && placeholder(name):
		p.UUID = api.StatePlaceholder
	}
	p.Name = patternName(p)
	return p
}

// patternName says in a word what a pattern has.
func patternName(p Pattern) string {
	var has []string
	for i, state := range []string{p.UUID, p.Serial, p.Board} {
		if state != api.StatePresent {
			continue
		}
		word := []string{"uuid", "serial", "board"}[i]
		if from := p.From[boardKinds[i]]; from != "" {
			word += " of " + strings.TrimPrefix(from, "system-")
		}
		has = append(has, word)
	}
	if len(has) == 0 {
		return "nothing"
	}
	return strings.Join(has, ", ")
}

func shares(count map[string]map[string]int, kept map[string]Pattern, total map[string]int) []Pattern {
	var out []Pattern
	for form, names := range count {
		for name, n := range names {
			p := kept[name]
			p.Forms, p.Platforms, p.Share = []string{form}, []string{"linux", "windows"}, float64(n)/float64(total[form])
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Pattern) int {
		return cmp.Or(cmp.Compare(a.Forms[0], b.Forms[0]), cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name))
	})
	return out
}
