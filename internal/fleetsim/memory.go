package fleetsim

import (
	"slices"
	"sync"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// verdict is what is used of a judgement.
type verdict struct {
	what       server.Verdict
	releasable bool
	window     string
	nearest    int
}

// memory remembers judgements. The server compares the digests of each known
// snapshot with those of the one that is judged, place by place and as sets, and
// nothing else; so a judgement stays the same as long as every place of every
// known snapshot has as many members in common with now, and as many others. The
// key says just that. A test compares with judging afresh.
type memory map[string]verdict

// mostRemembered bounds a memory; it starts again when it is full.
const mostRemembered = 1 << 17

// mildest asks about each known picture alone, and about those that need no code
// two at a time, the better one so far and the next: the server's code takes the
// mildest and nearest of any number, and that of two at a time is the same one.
// Where all need a code, which is nearest is of no consequence here.
func (k *keeper) mildest(r compared, p picture, open []server.Window) verdict {
	best, at := verdict{what: server.NeedsCode}, -1
	for i := len(r.known) - 1; i >= 0; i-- {
		v := k.ask(r.known[i:i+1], p, r.overdue, open)
		if v.what == server.NeedsCode {
			continue
		}
		nearest := i
		if at >= 0 {
			v = k.ask([]picture{r.known[i], r.known[at]}, p, r.overdue, open)
			if v.nearest == 1 {
				nearest = at
			}
		}
		best, at = v, nearest
	}
	best.nearest = at
	return best
}

// ask puts a question to the server's code, or answers it from memory. Overdue
// components make a question rare, so those are always asked.
func (k *keeper) ask(before []picture, p picture, overdue server.Overdue, open []server.Window) verdict {
	of := k.groups
	for _, q := range before {
		of |= differing(q, p)
	}
	key := ""
	if len(overdue) == 0 {
		key = question(before, p, of, k.from, len(open))
		if v, ok := k.seen[key]; ok {
			return v
		}
	}
	known := make([]api.Snapshot, len(before))
	for i, q := range before {
		known[i] = k.snapshot(q, of, k.from)
	}
	j := server.JudgeWithin(k.policy, known, k.snapshot(p, of, k.from), overdue, open)
	v := verdict{j.Verdict, j.Releasable(k.policy), j.Window, j.Nearest}
	if key != "" {
		if len(k.seen) >= mostRemembered {
			clear(k.seen)
		}
		k.seen[key] = v
	}
	return v
}

// question writes down what is asked: for each place what it holds now, and for
// each known picture what it holds there and how much of that is there now.
func question(known []picture, now picture, of placeSet, from map[string]string, open int) string {
	b := make([]byte, 0, 256)
	b = append(b, byte(open), byte(len(known)))
	for _, kind := range boardKinds {
		b = append(b, from[kind]...)
		b = append(b, ';')
	}
	b = counts(b, now, nil, of)
	for _, p := range known {
		b = counts(append(b, 0xff), p, now, of)
	}
	return string(b)
}

// counts writes, for each place, how many members of each state a picture has
// and how many of the present ones another has too.
func counts(b []byte, p, other picture, of placeSet) []byte {
	j := 0
	for i := 0; i < len(p); {
		at := p[i].place
		var n [5]byte
		var both byte
		for ; i < len(p) && p[i].place == at; i++ {
			x := p[i]
			n[x.state]++
			for j < len(other) && (other[j].place < at || other[j].place == at && other[j].value < x.value) {
				j++
			}
			if x.state == present && j < len(other) && other[j] == x {
				both++
				j++
			}
		}
		if of.has(at) {
			b = append(b, at, n[present]<<4|both, n[absent]<<4|n[placeholder]<<2|n[unreadable])
		}
	}
	return b
}

// bench lends judges to workers, so that what one remembers serves the next. Jobs
// come sorted, so judges of what is done are let go.
type bench struct {
	mu   sync.Mutex
	free map[string][]*judge
	last []string // the names asked for last
}

// benchKeeps is how many sorts of judges are kept.
const benchKeeps = 4

func (b *bench) take(in *Input, bases map[string]Base, base, policy string) *judge {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := base + " " + policy
	if !slices.Contains(b.last, name) {
		b.last = append(b.last, name)
		if len(b.last) > benchKeeps {
			delete(b.free, b.last[0])
			b.last = b.last[1:]
		}
	}
	if list := b.free[name]; len(list) > 0 {
		b.free[name] = list[:len(list)-1]
		return list[len(list)-1]
	}
	of := bases[base]
	return newJudge(in, newShape(&of), policy)
}

func (b *bench) give(j *judge, base, policy string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if name := base + " " + policy; slices.Contains(b.last, name) {
		b.free[name] = append(b.free[name], j)
	}
}
