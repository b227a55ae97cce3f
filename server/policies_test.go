package server

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets"
)

func TestPolicyDocuments(t *testing.T) {
	raw, err := assets.Policies.ReadFile("policy/managed.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	d, err := ParsePolicy(raw)
	if err != nil || d.Name != api.Managed || len(d.Flags) != 3 || !d.BindAll {
		t.Fatalf("%+v %v", d, err)
	}
	for name, c := range map[string][2]string{
		"another name":     {`"managed"`, `"lenient"`},
		"version 0":        {`"version": 2`, `"version": 0`},
		"version too high": {`"version": 2`, `"version": 1000001`},
		"not bound":        {`"bind_all": true`, `"bind_all": false`},
		"a flag":           {`"new-driver"`, `"old-driver"`},
		"a group":          {`"disk":`, `"disks":`},
		"a kind":           {`"boot-disk"`, `"floppy"`},
		"a kind twice":     {`"install-id"`, `"boot-disk"`},
		"an empty group":   {`["network-card"]`, `[]`},
		"one check-in":     {`"check_ins": 3`, `"check_ins": 1`},
		"a fortnight":      {`"hours": 24`, `"hours": 336`},
		"a field":          {`"flags"`, `"flag"`},
		"a field twice":    {`"bind_all": true`, `"bind_all": true, "bind_all": true`},
		"another type":     {`"version": 2`, `"version": "2"`},
		"too long":         {`"managed"`, `"` + strings.Repeat("m", policyLongest) + `"`},
	} {
		text := strings.Replace(good, c[0], c[1], 1)
		if text == good {
			t.Fatalf("%s: nothing to replace", name)
		}
		if _, err := ParsePolicy([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	p := DefaultPolicies()
	if _, err := p.With(d); !errors.Is(err, ErrPolicyVersion) {
		t.Errorf("the same version: %v", err)
	}
	d.Version, d.Unreadable.Hours = 3, 48
	newer, err := p.With(d)
	got, ok := newer.For(api.Managed, "darwin")
	if err != nil || !ok || got.Version != 3 || got.UnreadableSeconds != 48*60*60 || len(got.Required) == 0 {
		t.Errorf("%+v %v", got, err)
	}
	if p.Version(api.Managed) != 2 || newer.Version(api.Strict) != 2 {
		t.Error("another policy changed too")
	}
	got.Groups[api.GroupDisk][0] = "spoilt"
	if again, _ := newer.For(api.Managed, "linux"); again.Groups[api.GroupDisk][0] != "boot-disk" {
		t.Error("who gets a policy can change it for all")
	}
	if _, ok := newer.For("lenient", "linux"); ok {
		t.Error("a policy that there is not")
	}
}

func TestRulesDocuments(t *testing.T) {
	for text, version := range map[string]int{
		`{"version": 3, "texts": ["x"]}`: 3, `{"version": 1}`: 1,
		``: 0, `{}`: 0, `[]`: 0, `{"version": 0}`: 0, `{"version": -1}`: 0, `{"version": "3"}`: 0, `{"version": 3`: 0,
		`{"version": 3, "x": "` + strings.Repeat("y", rulesLongest) + `"}`: 0,
	} {
		r, err := ParseRules([]byte(text))
		if (err == nil) != (version > 0) || r.Version != version {
			t.Errorf("%.40q: version %d, %v", text, r.Version, err)
		}
	}
}
