package fleetsim

import (
	"slices"
	"strings"
	"testing"
)

func TestInputIsComplete(t *testing.T) {
	in := input(t)
	if !slices.Equal(in.Platforms(), []string{"linux", "windows", "darwin"}) || len(in.Sum()) != 16 {
		t.Errorf("%v %q", in.Platforms(), in.Sum())
	}
	sourced := 0
	for _, e := range in.Events {
		if e.Rate.Source != "" {
			sourced++
		}
		if e.Rate.Low >= e.Rate.High && e.Name != "windows-monthly" {
			t.Errorf("%s: nobody is that sure of %v", e.Name, e.Rate.Value)
		}
	}
	if sourced < 8 || len(in.Events) < 50 {
		t.Errorf("%d of %d events have a published rate", sourced, len(in.Events))
	}
	for _, st := range in.Fleet {
		if len(in.patternsOf(st)) == 0 || strings.HasSuffix(st.Name(), ", ") {
			t.Errorf("%+v is called %q", st, st.Name())
		}
	}
}

// TestInputIsRefused changes the built-in input in one place each.
func TestInputIsRefused(t *testing.T) {
	for _, tt := range []struct{ from, to, says string }{
		{`"seed"`, `"sead"`, "unknown field"},
		{`"name": "kernel"`, `"name": ""`, "no name"},
		{`"name": "packages"`, `"name": "kernel"`, "two events"},
		{`"sort": "update"`, `"sort": "upgrade"`, "unknown sort"},
		{`"do": "change"`, `"do": "swap"`, "not understood"},
		{`"reads": "dock"`, `"lasts": 3`, "needs effects"},
		{`"value": 12, "unit"`, `"value": -1, "unit"`, "not within"},
		{`"low": 6, "high": 20`, `"low": 13, "high": 20`, "not within"},
		{`"unit": "years"`, `"unit": ""`, "no unit"},
		{`"assumed": "a common`, `"source": "x", "assumed": "a common`, "needs a source"},
		{`"chip": true, "share": 0.1`, `"chip": true, "share": 0.2`, "add up"},
		{`"name": "uuid", "share": 0.5`, `"name": "uuid", "share": 0.4`, "add up"},
		{`"check_ins_per_day"`, `"check_ins"`, "missing"},
		{`"share": 0.004`, `"share": 4`, "out of range"},
	} {
		doc := strings.Replace(string(builtIn), tt.from, tt.to, 1)
		if doc == string(builtIn) {
			t.Errorf("%s is not in the input", tt.from)
			continue
		}
		if _, err := Parse([]byte(doc)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.to, err, tt.says)
		}
	}
	for _, doc := range []string{"", "{}", string(builtIn) + "{}", strings.Repeat(" ", mostInput+1)} {
		if _, err := Parse([]byte(doc)); err == nil {
			t.Errorf("%.20q was accepted", doc)
		}
	}
}

// TestPassingThingsReadEqual: what the input calls invisible was recorded, on at
// least one computer, and no recorded computer shows it.
func TestPassingThingsReadEqual(t *testing.T) {
	r := Result{In: input(t), Bases: bases(t)}
	for _, e := range r.In.Events {
		if e.Reads == "" {
			continue
		}
		same, differ := r.Recorded(e)
		if len(same) == 0 || len(differ) > 0 {
			t.Errorf("%s: equal on %v, not on %v", e.Title, same, differ)
		}
	}
	for name, b := range r.Bases {
		if b.Borrowed {
			t.Errorf("%s was not recorded", name)
		}
	}
}
