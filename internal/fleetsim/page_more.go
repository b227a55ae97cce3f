package fleetsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

func (r Result) sweepTable(sort string) string {
	rows := [][]string{{"× documented"}}
	var columns []Sweep
	for _, s := range r.Sweeps {
		if s.Sort == sort {
			columns = append(columns, s)
			rows[0] = append(rows[0], platformNames[s.Platform]+": events", "in vain")
		}
	}
	for i, f := range factors {
		row := []string{short(f)}
		for _, s := range columns {
			row = append(row, rounded(s.Points[i].Events), s.Points[i].Vain.interval())
		}
		rows = append(rows, row)
	}
	return table(rows)
}

func (r Result) crossings() string {
	rows := [][]string{{"what grows", "system", "documented, events per computer and year", "0.02 is crossed at", "that is times the documented rate"}}
	names := map[string]string{"flap": "flapping values", "unreadable": "unreadable values"}
	for _, s := range r.Sweeps {
		documented := s.Points[slices.Index(factors, 1)].Events
		rows = append(rows, []string{
			names[s.Sort], platformNames[s.Platform], rounded(documented), s.Crossing.interval(), rounded(s.Crossing.Value / documented),
		})
	}
	return table(rows)
}

func (r Result) attackTable() string {
	rows := [][]string{{"attack"}}
	for _, g := range guards {
		rows[0] = append(rows[0], g.title)
	}
	rows[0] = append(rows[0], "the keys stay shut offline", "the chain")
	for _, a := range Attacks() {
		row := []string{a.Title}
		for _, g := range guards {
			k, n := g.seen(r.Seen, a.Name, api.Balanced)
			if n == 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, shareOf(k, n).percents())
		}
		rows = append(rows, append(row, r.shut(a), chainWord(a)))
	}
	return table(rows)
}

// shut says how often the vault stayed shut where there is no chip.
func (r Result) shut(a Attack) string {
	k, n := 0, 0
	for _, s := range r.Seen {
		if s.Attack == a.Name && s.Policy == api.Balanced && !s.Stratum.Chip {
			k, n = k+s.Vault, n+s.Tries
		}
	}
	return percent(float64(k) / float64(n))
}

func chainWord(a Attack) string {
	if a.Chain {
		return "seen when both have checked in"
	}
	return "silent: only one of them goes on"
}

func (r Result) honestTable() string {
	rows := [][]string{{"attack", "laptop", "desktop", "server", "virtual machine"}}
	g := guards[2]
	for _, a := range Attacks() {
		row := []string{a.Title}
		for _, form := range []string{"laptop", "desktop", "server", "vm"} {
			k, n := g.seen(r.Seen, a.Name, api.Balanced, form)
			if n == 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, shareOf(k, n).percents())
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// strictAttacks says what the other policies make of the attacks.
func (r Result) strictAttacks() string {
	rows := [][]string{{"attack", "`strict`", "`balanced`", "`managed`"}}
	for _, a := range Attacks() {
		row := []string{a.Title}
		for _, policy := range Policies {
			k, n := 0, 0
			for _, s := range r.Seen {
				if s.Attack == a.Name && s.Policy == policy {
					k, n = k+s.Server, n+s.Tries
				}
			}
			row = append(row, percent(float64(k)/float64(n)))
		}
		rows = append(rows, row)
	}
	return "The judgement alone, over all kinds of computer, each with the same weight.\n\n" + table(rows)
}

func (r Result) recordedText() string {
	rows := [][]string{{"what happens", "read as equal on", "seen on"}}
	for _, e := range r.In.Events {
		if e.Reads == "" {
			continue
		}
		same, differ := r.Recorded(e)
		rows = append(rows, []string{e.Title, strings.Join(same, ", "), strings.Join(differ, ", ")})
	}
	return "\n## What the reader does not see\n\n" + recordedHead + table(rows)
}

func (r Result) ratesTable() string {
	rows := [][]string{{"event", "where", "per computer and year", "range", "a code is wanted", "IT can plan it", "where the number comes from"}}
	for _, e := range r.In.Events {
		if e.Reads != "" {
			continue
		}
		rows = append(rows, []string{e.Title, where(e), rounded(e.Rate.Value), rounded(e.Rate.Low) + " – " + rounded(e.Rate.High), yes(e.Wanted), yes(e.Patch), e.Rate.why()})
	}
	return table(rows)
}

func where(e Event) string {
	var names []string
	for _, p := range e.Platforms {
		names = append(names, platformNames[p])
	}
	for _, f := range e.Forms {
		names = append(names, map[string]string{"vm": "virtual machines", "laptop": "laptops", "desktop": "desktops", "server": "servers"}[f])
	}
	switch e.Needs {
	case "tags":
		names = append(names, "with tags")
	case "chip":
		names = append(names, "with a TPM")
	}
	if len(names) == 0 {
		return "all"
	}
	return strings.Join(names, ", ")
}

func (r Rate) why() string {
	if r.Source != "" {
		return "**" + r.Source + "**"
	}
	return "assumed: " + r.Assumed
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func (r Result) numbersTable() string {
	rows := [][]string{{"number", "value", "range", "where it comes from"}}
	for _, name := range slices.Sorted(maps.Keys(r.In.Numbers)) {
		n := r.In.Numbers[name]
		rows = append(rows, []string{name, rounded(n.Value) + " " + n.Unit, rounded(n.Low) + " – " + rounded(n.High), n.why()})
	}
	return table(rows)
}

func (r Result) fleetTable() string {
	rows := [][]string{{"computer", "share of its system", "starts as"}}
	for _, s := range r.In.Fleet {
		base := "`" + s.Base + "`"
		if r.Bases[s.Base].Borrowed {
			base += " (none recorded: borrowed from Linux)"
		}
		rows = append(rows, []string{s.Name(), fmt.Sprintf("%.0f %%", s.Share*100), base})
	}
	rows2 := [][]string{{"what the firmware tells", "where", "share"}}
	for _, p := range r.In.Patterns {
		rows2 = append(rows2, []string{p.Name, strings.Join(p.Platforms, ", ") + ": " + strings.Join(p.Forms, ", "), fmt.Sprintf("%.1f %%", p.Share*100)})
	}
	return table(rows) + "\n" + table(rows2)
}

func (r Result) rereadTable() string {
	rows := [][]string{{"a second reading helps in"}}
	for _, p := range r.In.Platforms() {
		rows[0] = append(rows[0], platformNames[p])
	}
	for i, share := range rereads {
		row := []string{percent(share) + " of the cases"}
		for _, p := range r.In.Platforms() {
			row = append(row, r.Rereads[p][i].interval())
		}
		rows = append(rows, row)
	}
	return table(rows)
}
