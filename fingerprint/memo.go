package fingerprint

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Memo keeps what was read of long lists (packages, drivers), so that a later
// read with the same Memo need not parse them again while the files' Stats say
// that nothing changed. It serves reads of one source, one after another.
type Memo struct {
	// A read that ran out of time may still be at work when the next begins.
	mu    sync.Mutex
	lists map[string]kept
}

// kept is a list, and the signature of what it was read from.
type kept struct {
	sign string
	list []Component
}

// NewMemo gives an empty memory.
func NewMemo() *Memo { return &Memo{lists: map[string]kept{}} }

// restless is how long after a change a file's Stat is not relied upon: a
// second change could leave the same times and the same size.
const restless = 2 * time.Second

// remember gives a list from memory where its signature is still the same, else
// reads it, and keeps it where the signature can be relied upon ("" cannot).
func (r *reader) remember(key, sign string, read func() []Component) []Component {
	if r.memo == nil || sign == "" {
		return read()
	}
	r.memo.mu.Lock()
	known, ok := r.memo.lists[key]
	r.memo.mu.Unlock()
	if ok && known.sign == sign {
		return known.list
	}
	list := read()
	if !r.stopped() && allPresent(list) {
		r.memo.mu.Lock()
		r.memo.lists[key] = kept{sign, list}
		r.memo.mu.Unlock()
	}
	return list
}

// steadyLine is line for a file that the kernel answers by asking a device, which
// may take milliseconds: once for each read, and not again while the file is the
// same one. A device that is plugged in anew has new files in sysfs.
func (r *reader) steadyLine(name string) (string, error) {
	if s, ok := r.lines[name]; ok {
		return s, nil
	}
	var failure error
	list := r.remember("line "+name, r.signature(name), func() []Component {
		s, err := r.line(name)
		if failure = err; err != nil || s == "" {
			return nil
		}
		return []Component{{State: Present, Value: s}}
	})
	if len(list) == 0 {
		return "", failure
	}
	if r.lines == nil {
		r.lines = map[string]string{}
	}
	r.lines[name] = list[0].Value
	return list[0].Value, nil
}

// allPresent keeps anything that may go better next time out of the memory.
func allPresent(list []Component) bool {
	for _, c := range list {
		if c.State != Present {
			return false
		}
	}
	return len(list) > 0
}

// signature makes one text of the Stats of files; "" where one of them changed
// so lately that its Stat says little. A file that is not there is part of it.
func (r *reader) signature(names ...string) string {
	if r.memo == nil {
		return ""
	}
	now := r.src.Now()
	var b strings.Builder
	for _, name := range names {
		st, err := r.src.Stat(name)
		if err != nil {
			fmt.Fprintf(&b, "%s: none\n", name)
			continue
		}
		for _, at := range []int64{st.Modified, st.Changed} {
			if now.Sub(time.Unix(0, at)) < restless {
				return ""
			}
		}
		fmt.Fprintf(&b, "%s: %d %d %d %d\n", name, st.Size, st.Modified, st.Changed, st.File)
	}
	return b.String()
}
