package fleetsim

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// PageName is the page's file; the pictures stand beside it.
const PageName = "policy-numbers.md"

// Files gives the page and its pictures by name.
func (r Result) Files() map[string][]byte {
	return map[string][]byte{
		PageName:                        r.page(),
		"policy-numbers.prompts.svg":    plotPrompts(r.Prompts, r.In.Platforms()),
		"policy-numbers.flapping.svg":   plotSweep(r.Sweeps, "flap", "Prompts in vain under balanced, as more of the firmware's values flap", "flapping spells per computer and year", 0.001, 1000),
		"policy-numbers.unreadable.svg": plotSweep(r.Sweeps, "unreadable", "Prompts in vain under balanced, as more of it cannot be read for a moment", "unreadable moments per computer and year", 0.0001, 100),
		"policy-numbers.attacks.svg":    plotAttacks(r.Seen),
	}
}

func (r Result) page() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, pageHead, r.Size.Years, r.Identity)
	b.WriteString(r.summary())
	b.WriteString("\n## Prompts\n\n![Prompts in vain by policy](policy-numbers.prompts.svg)\n\n" + promptsText)
	b.WriteString(r.promptsTable())
	b.WriteString("\n### By kind of computer\n\n" + kindsText)
	b.WriteString(r.kindsTable())
	b.WriteString("\n### What balanced asks in vain for\n\n" + causesText)
	b.WriteString(r.causesTable())
	b.WriteString("\n### What balanced lets pass\n\n" + missedText)
	b.WriteString(r.missedTable())
	b.WriteString("\n## How much may flap or stay unread\n\n")
	fmt.Fprintf(&b, sweepText, r.Size.SweepYears)
	b.WriteString(r.crossings())
	for _, s := range []struct{ sort, file, title string }{
		{"flap", "flapping", "Flapping values"}, {"unreadable", "unreadable", "Unreadable values"},
	} {
		fmt.Fprintf(&b, "\n### %s\n\n![%s](policy-numbers.%s.svg)\n\n%s", s.title, s.title, s.file, r.sweepTable(s.sort))
	}
	b.WriteString("\n### A second reading\n\n" + rereadText + r.rereadTable())
	b.WriteString("\n## Attacks\n\n![Share of attacks seen](policy-numbers.attacks.svg)\n\n")
	fmt.Fprintf(&b, attackText, r.Size.Tries)
	b.WriteString(r.attackTable())
	b.WriteString("\n### Without root tags and without a TPM\n\n" + honestText)
	b.WriteString(r.honestTable())
	b.WriteString("\n### Strict and managed\n\n" + r.strictAttacks())
	b.WriteString(methodText)
	b.WriteString(r.recordedText())
	b.WriteString(precedentText)
	b.WriteString("\n## The rates\n\n" + r.In.Firmware + "\n\n" + r.ratesTable())
	b.WriteString("\n### Other numbers\n\n" + r.numbersTable())
	b.WriteString("\n### The fleet\n\n" + r.In.Mix + "\n\n" + r.fleetTable())
	return b.Bytes()
}

// summary says in sentences what was promised and whether it holds.
func (r Result) summary() string {
	var b strings.Builder
	for _, p := range r.In.Platforms() {
		e := Sum(r.Prompts, p, api.Balanced).VainRate()
		word := "under"
		if e.Value > Limit {
			word = "**over**"
		}
		fmt.Fprintf(&b, "- %s: `balanced` asks in vain %s times per computer and year, %s %v: once in about %.0f years of one computer.\n",
			platformNames[p], e.interval(), word, Limit, 1/math.Max(e.Value, 1e-9))
	}
	for _, x := range []struct{ attack, words string }{
		{"copied-same", "A profile copied to another computer of the same model"}, {"moved", "A disk moved into the same model"},
	} {
		var parts []string
		for _, g := range guards {
			k, n := g.seen(r.Seen, x.attack, api.Balanced)
			parts = append(parts, g.title+" "+shareOf(k, n).percents())
		}
		fmt.Fprintf(&b, "- %s is seen: %s.\n", x.words, strings.Join(parts, "; "))
	}
	for _, f := range r.Failures() {
		fmt.Fprintf(&b, "- **Not kept:** %s.\n", f)
	}
	return b.String()
}

func (r Result) promptsTable() string {
	rows := [][]string{{"system", "policy", "in vain", "wanted", "identity changes that passed", "share of the vault's key without a code", "device-years"}}
	for _, p := range r.In.Platforms() {
		for _, policy := range Policies {
			t := Sum(r.Prompts, p, policy)
			rows = append(rows, []string{
				platformNames[p], "`" + policy + "`", "**" + rounded(t.VainRate().Value) + "** (" + rounded(t.VainRate().Low) + " – " + rounded(t.VainRate().High) + ")",
				t.WantedRate().interval(), rateOf(t.Missed, t.Years, 1).interval(), rounded(float64(t.Freed) / t.Years), fmt.Sprintf("%.0f", t.Years),
			})
		}
	}
	return table(rows)
}

func (r Result) kindsTable() string {
	rows := [][]string{{"computer", "`balanced` in vain", "wanted", "`strict` in vain", "`managed` in vain", "device-years"}}
	for _, st := range r.In.Fleet {
		row := []string{st.Name()}
		var years float64
		for _, policy := range []string{api.Balanced, api.Strict, api.Managed} {
			i := slices.IndexFunc(r.Prompts, func(t Tally) bool { return t.Stratum == st && t.Policy == policy })
			t := r.Prompts[i]
			years = t.Years
			if policy == api.Balanced {
				row = append(row, t.VainRate().interval(), t.WantedRate().interval())
			} else {
				row = append(row, rounded(t.VainRate().Value))
			}
		}
		rows = append(rows, append(row, fmt.Sprintf("%.0f", years)))
	}
	return table(rows)
}

// causesTable lists the events that bring balanced's prompts in vain, per 1,000
// device-years.
func (r Result) causesTable() string {
	rows := [][]string{{"event"}}
	var sums []Tally
	for _, p := range r.In.Platforms() {
		rows[0] = append(rows[0], platformNames[p])
		sums = append(sums, Sum(r.Prompts, p, api.Balanced))
	}
	events := append(slices.Clone(r.In.Events), Event{Name: passed.Name, Title: "the end of something passing, or its lasting"})
	done := map[string]bool{}
	for _, e := range events {
		if done[e.Title] {
			continue
		}
		done[e.Title] = true
		row, any := []string{e.Title}, false
		for _, t := range sums {
			n := 0
			for _, x := range events {
				if x.Title == e.Title {
					n += t.Causes[x.Name].Vain
				}
			}
			any = any || n > 0
			row = append(row, rateOf(n, t.Years/1000, 1).interval())
		}
		if any {
			rows = append(rows, row)
		}
	}
	return table(rows)
}

func (r Result) missedTable() string {
	rows := [][]string{{"event", "system", "happened", "asked", "passed"}}
	for _, e := range r.In.Events {
		for _, p := range r.In.Platforms() {
			c := Sum(r.Prompts, p, api.Balanced).Causes[e.Name]
			if e.Wanted && c.Missed > 0 {
				rows = append(rows, []string{e.Title, platformNames[p], fmt.Sprint(c.Happened), fmt.Sprint(c.Wanted), shareOf(c.Missed, c.Missed+c.Wanted).percents()})
			}
		}
	}
	if len(rows) == 1 {
		return "Nothing that the input calls a change of identity passed.\n"
	}
	return table(rows)
}
