package fingerprint

import (
	"errors"
	"io/fs"
	"path"

	"github.com/seed-1feef0b2/holdfast/fingerprint/tagfile"
)

// tagPrefix marks a value that is a tag of the firmware's, not the firmware's
// own.
const tagPrefix = "tag:"

// tagged gives the components of a kind out of the tags that the root service
// left; false where there is no such file and the firmware is to be asked.
func (r *reader) tagged(kind string) ([]Component, bool) {
	if r.raw {
		return nil, false
	}
	if !r.tagsHas {
		r.tagsHas = true
		r.loadTags()
	}
	list, ok := r.tags[kind]
	return list, ok
}

// loadTags reads the file once. One that root alone may write is believed whole
// or not at all; any other says that the firmware cannot be read, even to root:
// raw values in the place of tags would look like another computer.
func (r *reader) loadTags() {
	name := path.Join(tagfile.Dir, tagfile.Name)
	st, err := r.src.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil && !st.Guarded {
		r.tags = noTags("tags-unsafe")
		return
	}
	var f tagfile.File
	if err == nil {
		var b []byte
		if b, err = r.src.ReadFile(name, tagfile.MaxSize); err == nil {
			f, err = tagfile.Parse(b)
		}
	}
	if err != nil {
		r.tags = noTags("tags-broken")
		return
	}
	r.tags = tagComponents(f)
	r.rulesUsed = max(r.rulesUsed, f.Rules)
}

func noTags(reason string) map[string][]Component {
	out := map[string][]Component{}
	for _, k := range tagfile.Kinds() {
		out[k] = []Component{lacking(k, Unreadable, reason)}
	}
	return out
}

func tagComponents(f tagfile.File) map[string][]Component {
	out := map[string][]Component{}
	for _, t := range f.Tags {
		c := lacking(t.Kind, State(t.State), t.Reason)
		if c.State == Present {
			c = identifier(t.Kind, tagPrefix+t.Tag, "")
			c.From = t.From
		}
		out[t.Kind] = append(out[t.Kind], c)
	}
	return out
}
