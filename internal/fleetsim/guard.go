package fleetsim

import "slices"

// guard is what a computer has that a thief of its disk has not.
type guard struct {
	title string
	fits  func(Stratum) bool
	chip  bool // the hardware key counts
}

var guards = []guard{
	{"with a TPM", func(s Stratum) bool { return s.Chip }, true},
	{"no TPM, board readable or tagged", func(s Stratum) bool { return !s.Chip && (s.Platform != "linux" || s.Tags) }, false},
	{"neither (Linux without the root service)", func(s Stratum) bool { return !s.Chip && s.Platform == "linux" && !s.Tags }, false},
}

// seen adds up how often an attack was seen on the computers that a guard fits,
// each stratum by its own number of tries.
func (g guard) seen(list []Seen, attack, policy string, forms ...string) (k, n int) {
	for _, s := range list {
		if s.Attack != attack || s.Policy != policy || !g.fits(s.Stratum) || len(forms) > 0 && !slices.Contains(forms, s.Stratum.Form) {
			continue
		}
		n += s.Tries
		if g.chip {
			k += s.Chip
		} else {
			k += s.Server
		}
	}
	return k, n
}
