package httpapi

import (
	"encoding/binary"
	"regexp"
	"regexp/syntax"
	"slices"
)

// matcher says whether a pattern matches a text. The table is an automaton over ASCII,
// a step for each byte; a pattern that has none (it says more than which letters follow
// which, or knows letters beyond ASCII) is left to the regular expression.
type matcher struct {
	table [][ascii]uint8 // by state and byte: the next state
	ends  []bool         // by state: the text may end here
	whole *regexp.Regexp // where there is no table
}

const (
	ascii     = 128
	stuck     = 0 // the state from which no text matches
	begun     = 1
	mostState = 255
)

// newMatcher compiles a pattern in Go's syntax. It panics for what is none: patterns are
// this package's own.
func newMatcher(pattern string) *matcher {
	m := &matcher{}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		panic(err)
	}
	if prog.StartCond()&syntax.EmptyBeginText != 0 && plain(prog) {
		m.build(prog)
	}
	if m.table == nil {
		m.whole = regexp.MustCompile(pattern)
	}
	return m
}

// match says whether s matches.
func (m *matcher) match(s []byte) bool {
	if m.table == nil {
		return m.whole.Match(s)
	}
	state := uint8(begun)
	for _, c := range s {
		if c >= ascii {
			return false // no letter of a plain pattern
		}
		if state = m.table[state][c]; state == stuck {
			return false
		}
	}
	return m.ends[state]
}

// plain says that a program looks at nothing but the letters and the text's two ends, and
// at letters of ASCII alone.
func plain(p *syntax.Prog) bool {
	for _, in := range p.Inst {
		switch in.Op {
		case syntax.InstEmptyWidth:
			if o := syntax.EmptyOp(in.Arg); o != syntax.EmptyBeginText && o != syntax.EmptyEndText {
				return false
			}
		case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			return false
		case syntax.InstRune, syntax.InstRune1:
			if syntax.Flags(in.Arg)&syntax.FoldCase != 0 || len(in.Rune) == 0 || slices.Max(in.Rune) >= ascii {
				return false
			}
		}
	}
	return true
}

// build makes the table: a state for every set of places in the program that a text can
// lead to. Too many of them leave the table empty, and so does one where a match may end
// before the text does. No text leads back to the state before the first letter, the only
// one at which the text's begin counts.
func (m *matcher) build(p *syntax.Prog) {
	t := tabulator{prog: p, known: map[string]uint8{"": stuck}}
	t.sets = [][]uint32{nil, reach(p, []uint32{uint32(p.Start)}, syntax.EmptyBeginText)}
	var ends []bool
	for at := 0; at < len(t.sets); at++ {
		edge := syntax.EmptyEndText
		if at == begun {
			edge |= syntax.EmptyBeginText
		}
		ends = append(ends, matched(p, reach(p, t.sets[at], edge)))
		if matched(p, t.sets[at]) || !t.row(at) {
			return
		}
	}
	m.table, m.ends = t.table, ends
}

// tabulator is a table in the making.
type tabulator struct {
	prog  *syntax.Prog
	sets  [][]uint32
	known map[string]uint8
	table [][ascii]uint8
}

// row adds a state's steps; false for one state too many.
func (t *tabulator) row(at int) bool {
	var row [ascii]uint8
	var last []uint32
	state := uint8(stuck)
	for c := range rune(ascii) {
		if next := after(t.prog, t.sets[at], c); !slices.Equal(next, last) {
			last = next
			var ok bool
			if state, ok = t.state(reach(t.prog, next, 0)); !ok {
				return false
			}
		}
		row[c] = state
	}
	t.table = append(t.table, row)
	return true
}

// state is that of a set; false for one too many.
func (t *tabulator) state(set []uint32) (uint8, bool) {
	var key []byte
	for _, pc := range set {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	if s, ok := t.known[string(key)]; ok {
		return s, true
	}
	if len(t.sets) > mostState {
		return stuck, false
	}
	s := uint8(len(t.sets))
	t.sets, t.known[string(key)] = append(t.sets, set), s
	return s, true
}

// after are the places behind those that take a letter.
func after(p *syntax.Prog, set []uint32, c rune) []uint32 {
	var next []uint32
	for _, pc := range set {
		if in := &p.Inst[pc]; (in.Op == syntax.InstRune || in.Op == syntax.InstRune1) && in.MatchRune(c) {
			next = append(next, in.Out)
		}
	}
	return next
}

// reach adds to a set what follows without a letter, at the edges of the text that are
// named. The result is sorted, each place once.
func reach(p *syntax.Prog, set []uint32, edge syntax.EmptyOp) []uint32 {
	var all []uint32
	for open := slices.Clone(set); len(open) > 0; {
		pc := open[len(open)-1]
		open = open[:len(open)-1]
		if slices.Contains(all, pc) {
			continue
		}
		all = append(all, pc)
		switch in := &p.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			open = append(open, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			open = append(open, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^edge == 0 {
				open = append(open, in.Out)
			}
		}
	}
	slices.Sort(all)
	return all
}

func matched(p *syntax.Prog, set []uint32) bool {
	return slices.ContainsFunc(set, func(pc uint32) bool { return p.Inst[pc].Op == syntax.InstMatch })
}
