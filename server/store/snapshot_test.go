package store

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

func FuzzUnpackSnapshot(f *testing.F) {
	f.Add(packSnapshot(api.Snapshot{Schema: 1, Platform: "linux", Components: []api.Component{
		{Class: "os", Kind: "kernel", State: api.StatePresent, Digest: fmt.Sprintf("%032x", 1)},
		{Class: "hardware", Kind: "tpm", State: api.StateAbsent},
	}}))
	f.Add([]byte{snapshotFormat, 1, 5})
	f.Add([]byte{snapshotFormat, 1, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := unpackSnapshot(raw)
		if err != nil {
			return
		}
		again, err := unpackSnapshot(packSnapshot(s))
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%v: %+v and %+v", err, s, again)
		}
	})
}

func TestPackedSnapshotsAreSmall(t *testing.T) {
	s := api.Snapshot{Schema: 1, Platform: "linux"}
	for i := range 1000 {
		s.Components = append(s.Components, api.Component{Class: "sysapp", Kind: "package", State: api.StatePresent, Digest: fmt.Sprintf("%032x", i)})
	}
	raw := packSnapshot(s)
	if len(raw) > 17*1000 {
		t.Errorf("%d bytes for 1000 packages", len(raw))
	}
	got, err := unpackSnapshot(raw)
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("it came back otherwise: %v", err)
	}
	for n := range len(raw) - 1 {
		if n%97 == 0 {
			if _, err := unpackSnapshot(raw[:n]); err == nil && n > 9 {
				t.Errorf("cut at %d it still reads", n)
			}
		}
	}
}
