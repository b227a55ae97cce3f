package fingerprint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"syscall"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// Budget is how long a read may take where the context sets no deadline of its
// own. What is not read by then is reported as unreadable.
const Budget = 250 * time.Millisecond

// Read reads all components of a computer. It fails only where the source's
// platform is unknown: whatever else goes wrong is a component's state. With
// the context's deadline (or Budget) gone it returns at once what it has, even
// if a file of the system never answers.
func Read(ctx context.Context, src Source) (Snapshot, error) {
	return ReadWith(ctx, src, Options{})
}

// ReadWith is Read with rules and a memory of the caller's.
func ReadWith(ctx context.Context, src Source, o Options) (Snapshot, error) {
	start := src.Now()
	probes := probesOf(src.Platform())
	if probes == nil {
		return Snapshot{}, fmt.Errorf("fingerprint: no reader for platform %q", src.Platform())
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, Budget)
		defer cancel()
	}
	s := Snapshot{Schema: Schema, Platform: src.Platform(), Rules: o.rules().Version()}
	s.Components, s.Rules, s.Partial = collect(&reader{ctx: ctx, src: src, rules: o.rules(), memo: o.Memo, raw: o.Raw, rulesUsed: s.Rules}, probes)
	s.Components = complete(s.Components, s.Platform, s.Partial)
	sortComponents(s.Components)
	s.Took = src.Now().Sub(start)
	return s, nil
}

// probe reads one or a few kinds that come from the same files.
type probe func(*reader) []Component

func probesOf(platform string) []probe {
	switch platform {
	case "linux":
		return linuxProbes
	case "windows":
		return windowsProbes
	case "darwin":
		return darwinProbes
	}
	return nil
}

// reading is what a probe gave, and the newest rules used so far.
type reading struct {
	list  []Component
	rules int
}

// collect runs the probes on a goroutine of their own: a read that hangs in the
// kernel cannot be stopped, only left behind.
func collect(r *reader, probes []probe) (list []Component, rules int, partial bool) {
	ctx, rules := r.ctx, r.rulesUsed
	if ctx.Err() != nil {
		return nil, rules, true
	}
	results := make(chan reading, len(probes))
	go func() {
		defer close(results)
		for _, p := range probes {
			got := p(r)
			if ctx.Err() != nil {
				// A probe that was cut short may have seen half of a set.
				return
			}
			results <- reading{got, r.rulesUsed}
		}
	}()
	for n := 0; ; n++ {
		select {
		case got, more := <-results:
			if !more {
				return list, rules, n < len(probes)
			}
			list, rules = append(list, got.list...), got.rules
		case <-ctx.Done():
			return list, rules, true
		}
	}
}

// complete makes sure that every kind is reported and that no two components
// are the same: the second of two equal members of a set gets a number.
func complete(list []Component, platform string, partial bool) []Component {
	seen := map[string]bool{}
	equal := make(map[[3]string]int, len(list))
	for i := range list {
		c := &list[i]
		seen[c.Kind] = true
		if c.State != Present {
			continue
		}
		id := [3]string{c.Kind, c.Place, c.Value}
		equal[id]++
		if n := equal[id]; n > 1 {
			c.Value += " #" + strconv.Itoa(n)
		}
	}
	for _, k := range Kinds(platform) {
		if seen[k.Kind] {
			continue
		}
		if partial {
			list = append(list, lacking(k.Kind, Unreadable, "out-of-time"))
		} else {
			list = append(list, lacking(k.Kind, Failed, "not-reported"))
		}
	}
	return list
}

// reader is one read under way; it keeps what several probes need.
type reader struct {
	ctx   context.Context
	src   Source
	rules *rules.Set
	memo  *Memo
	raw   bool // no tags, see Options.Raw
	// tags are the components that the root service left, by kind; nil where it
	// left none.
	tags      map[string][]Component
	tagsHas   bool
	rulesUsed int // the newest rules under which something was judged
	mounts    []mount
	pci       []pciDevice
	pciErr    error
	pciHas    bool
	lines     map[string]string // see steadyLine
	// packages are what the probe of the packages gave, for the agents among them.
	packages []Component
	// win is what several probes of a Windows computer need.
	win windowsRead
	io  *macRegistry // what a Mac's reader keeps
}

func (r *reader) stopped() bool { return r.ctx.Err() != nil }

// line reads a small file and normalises it as one text.
func (r *reader) line(name string) (string, error) {
	b, err := r.src.ReadFile(name, smallFile)
	if err != nil {
		return "", err
	}
	return clean(string(b)), nil
}

// has says whether a path is there.
func (r *reader) has(name string) bool {
	_, err := r.src.Resolve(name)
	return err == nil
}

// present makes a component with a value.
func present(kind, value, label string) Component {
	return Component{Class: kindInfo(kind).Class, Kind: kind, State: Present, Value: value, Label: shorten(label)}
}

// identifier makes a component whose value is nobody's business.
func identifier(kind, value, label string) Component {
	c := present(kind, value, label)
	c.Masked = mask(value)
	return c
}

// lacking makes a component without a value.
func lacking(kind string, state State, reason string) Component {
	return Component{Class: kindInfo(kind).Class, Kind: kind, State: state, Reason: reason}
}

// failed turns an error of the source into a component.
func failed(kind string, err error) Component {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return lacking(kind, Absent, "not-there")
	case errors.Is(err, fs.ErrPermission):
		return lacking(kind, Unreadable, "needs-rights")
	case errors.Is(err, ErrTooLarge):
		return lacking(kind, Unreadable, "too-large")
	case errors.Is(err, ErrNotFile), errors.Is(err, ErrLinks):
		return lacking(kind, Unreadable, "not-a-file")
	default:
		return lacking(kind, Failed, "read-error")
	}
}
