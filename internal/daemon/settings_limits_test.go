package daemon

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// TestEveryLimitCanBeSet compares the settings with the rules' limits, field by
// field.
func TestEveryLimitCanBeSet(t *testing.T) {
	ours, theirs := reflect.TypeFor[Limits](), reflect.TypeFor[server.Limits]()
	if ours.NumField() != theirs.NumField() {
		t.Fatalf("%d settings, %d limits", ours.NumField(), theirs.NumField())
	}
	for i := range theirs.NumField() {
		a, b := ours.Field(i), theirs.Field(i)
		if a.Name != b.Name || a.Tag.Get("json") != limitName(b.Name) || a.Type.Kind() != b.Type.Kind() {
			t.Errorf("field %d: %s %q, want %s %q", i, a.Name, a.Tag.Get("json"), b.Name, limitName(b.Name))
		}
	}
	base := server.DefaultLimits()
	got := Limits{SendsPerHour: 3, PhoneCodeLife: Duration(5 * time.Minute)}.over(base)
	base.SendsPerHour, base.PhoneCodeLife = 3, 5*time.Minute
	if got != base {
		t.Errorf("%+v", got)
	}
}

func TestALimitOutsideItsRangeIsRefused(t *testing.T) {
	for content, ok := range map[string]bool{
		`{"limits":{"sends_per_hour":4,"phone_code_life":"8m","country_sends_day":200000}}`: true,
		`{"limits":{"sends_per_hour":1}}`:      false,
		`{"limits":{"phone_code_life":"11m"}}`: false,
		`{"limits":{"nonce_kept":"1s"}}`:       false,
		`{"limits":{"hold_contact":"-1h"}}`:    false,
	} {
		path := filepath.Join(t.TempDir(), "holdfastd.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var s Settings
		err := s.readFile(path)
		if err == nil {
			err = checkLimits(&s)
		}
		if (err == nil) != ok {
			t.Errorf("%s: %v", content, err)
		}
	}
}
