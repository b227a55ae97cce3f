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
	f.Add(packSnapshot(api.Snapshot{Schema: 1, Platform: "linux", Rules: 300, Components: []api.Component{
		{Class: "hardware", Kind: "system-uuid", State: api.StatePresent, Digest: fmt.Sprintf("%032x", 1), From: "system-serial"},
	}}))
	f.Add(firstPack)
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

// firstPack is a snapshot as the first format wrote it.
var firstPack = []byte("\x01\x01\x05linux\x02os\x06kernel\x00\x07present\x01" + "0123456789abcdef" + "\x08hardware\x03tpm\x00\x06absent\x01")

func TestTheFirstFormatIsStillRead(t *testing.T) {
	got, err := unpackSnapshot(firstPack)
	want := api.Snapshot{Schema: 1, Platform: "linux", Components: []api.Component{
		{Class: "os", Kind: "kernel", State: api.StatePresent, Digest: fmt.Sprintf("%x", "0123456789abcdef")},
		{Class: "hardware", Kind: "tpm", State: api.StateAbsent},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	want.Rules, want.Components[0].From = 7, "os-release"
	if got, err := unpackSnapshot(packSnapshot(want)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("rules and origin do not come back: %+v %v", got, err)
	}
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
