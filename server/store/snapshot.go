package store

import (
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// A snapshot is stored as one blob: a format byte, the schema, the platform,
// the version of the placeholder rules, then runs of components that share class,
// kind, place, state and what they were computed from, each with its digests of 16
// bytes. A thousand packages take 16 kB instead of 100. The first format had
// neither rules nor what anything was computed from; it is still read.
const (
	firstFormat    = 1
	snapshotFormat = 2
)

var errSnapshot = errors.New("store: a stored snapshot is damaged")

func packSnapshot(s api.Snapshot) []byte {
	out := append(make([]byte, 0, 64+20*len(s.Components)), snapshotFormat)
	out = binary.AppendUvarint(out, uint64(s.Schema)) //nolint:gosec // checked, a small positive number
	out = appendText(out, s.Platform)
	out = binary.AppendUvarint(out, uint64(s.Rules)) //nolint:gosec // checked, not negative
	list := s.Components
	for len(list) > 0 {
		n := run(list)
		for _, text := range []string{list[0].Class, list[0].Kind, list[0].Place, list[0].State, list[0].From} {
			out = appendText(out, text)
		}
		out = binary.AppendUvarint(out, uint64(n)) //nolint:gosec // a length
		for _, c := range list[:n] {
			if raw, err := hex.DecodeString(c.Digest); err == nil && c.State == api.StatePresent {
				out = append(out, raw...)
			}
		}
		list = list[n:]
	}
	return out
}

// run counts the components at the list's head that share everything but the digest.
func run(list []api.Component) int {
	for i, c := range list {
		if f := list[0]; c.Class != f.Class || c.Kind != f.Kind || c.Place != f.Place || c.State != f.State || c.From != f.From {
			return i
		}
	}
	return len(list)
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

func unpackSnapshot(raw []byte) (api.Snapshot, error) {
	r := reader{raw: raw, all: string(raw)}
	format := r.byte()
	if format != snapshotFormat && format != firstFormat {
		return api.Snapshot{}, errSnapshot
	}
	s := api.Snapshot{Schema: int(r.number()), Platform: r.text()} //nolint:gosec // written by packSnapshot
	if format > firstFormat {
		s.Rules = int(r.number()) //nolint:gosec // as above
	}
	count, present := 0, 0
	for ahead := r; len(ahead.raw) > 0 && !ahead.broken; {
		c, n := ahead.run(format, count)
		if count += n; c.State == api.StatePresent {
			present += n
		}
	}
	s.Components = make([]api.Component, 0, count)
	digits := make([]byte, 0, present*2*digestBytes)
	for len(r.raw) > 0 && !r.broken {
		at := r
		c, n := r.run(format, len(s.Components))
		if c.State == api.StatePresent && !r.broken {
			digits = hex.AppendEncode(digits, at.raw[len(at.raw)-len(r.raw)-n*digestBytes:len(at.raw)-len(r.raw)])
		}
		for range n {
			s.Components = append(s.Components, c)
		}
	}
	if r.broken {
		return api.Snapshot{}, errSnapshot
	}
	setDigests(s.Components, string(digits))
	return s, nil
}

// setDigests gives each component that is present the next digest of a text.
func setDigests(list []api.Component, digits string) {
	for i := range list {
		if list[i].State == api.StatePresent {
			list[i].Digest, digits = digits[:2*digestBytes], digits[2*digestBytes:]
		}
	}
}

// digestBytes is the length of a digest; mostComponents bounds what a damaged
// blob can claim to hold.
const (
	digestBytes    = 16
	mostComponents = 1 << 16
)

// reader takes a blob apart; once it runs out it stays broken. All is the blob as
// one text, of which the texts in it are parts.
type reader struct {
	raw    []byte
	all    string
	broken bool
}

// run reads what a run of n components has in common and passes over the digests
// in which they differ, if they have any. So many components came before it. A
// broken one has none.
func (r *reader) run(format byte, before int) (c api.Component, n int) {
	c = api.Component{Class: r.text(), Kind: r.text(), Place: r.text(), State: r.text()}
	if format > firstFormat {
		c.From = r.text()
	}
	count := r.number()
	if count == 0 || count > mostComponents-uint64(before) { //nolint:gosec // a length
		r.broken = true
	}
	if c.State == api.StatePresent && !r.broken {
		r.take(count * digestBytes)
	}
	if r.broken {
		return c, 0
	}
	return c, int(count) //nolint:gosec // bounded above
}

func (r *reader) take(n uint64) []byte {
	if r.broken || n > uint64(len(r.raw)) {
		r.broken = true
		return nil
	}
	out := r.raw[:n]
	r.raw = r.raw[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.raw)
	if n <= 0 {
		r.broken = true
		return 0
	}
	r.raw = r.raw[n:]
	return v
}

func (r *reader) text() string {
	n := len(r.take(r.number()))
	end := len(r.all) - len(r.raw)
	return r.all[end-n : end]
}
