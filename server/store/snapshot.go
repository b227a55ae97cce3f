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
	s.Components = make([]api.Component, 0, len(raw)/digestBytes)
	if format > firstFormat {
		s.Rules = int(r.number()) //nolint:gosec // as above
	}
	for len(r.raw) > 0 && !r.broken {
		c := api.Component{Class: r.text(), Kind: r.text(), Place: r.text(), State: r.text()}
		if format > firstFormat {
			c.From = r.text()
		}
		n := r.number()
		if n == 0 || n > mostComponents-uint64(len(s.Components)) {
			r.broken = true
		}
		if !r.broken {
			s.Components = r.digests(s.Components, c, n)
		}
	}
	if r.broken {
		return api.Snapshot{}, errSnapshot
	}
	return s, nil
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

// digests appends a run of n components that differ in their digests, if they
// have any.
func (r *reader) digests(list []api.Component, c api.Component, n uint64) []api.Component {
	var text string
	if c.State == api.StatePresent {
		text = hex.EncodeToString(r.take(n * digestBytes))
	}
	for i := range n {
		if text != "" {
			c.Digest = text[i*2*digestBytes : (i+1)*2*digestBytes]
		}
		list = append(list, c)
	}
	return list
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
