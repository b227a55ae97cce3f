package fingerprint_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/denisbrodbeck/machineid"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// TestLiveInstallID compares install-id with a library that many programs use.
func TestLiveInstallID(t *testing.T) {
	want, err := machineid.ID()
	if err != nil {
		t.Fatal(err)
	}
	got := only(t, read(t, fingerprint.Live()), "install-id")
	if got.Value != strings.ToLower(strings.TrimSpace(want)) {
		t.Errorf("%s %s, %d characters; the library read %d", got.State, got.Reason, len(got.Value), len(want))
	}
}

// TestLiveSnapshot writes what is read of this computer into the file that the
// environment names, for a test on the other side of Wine.
func TestLiveSnapshot(t *testing.T) {
	s := read(t, fingerprint.Live())
	checkComplete(t, "live", s)
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if file := os.Getenv("HOLDFAST_SNAPSHOT"); file != "" {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var took []time.Duration
	for range 20 {
		again := read(t, fingerprint.Live())
		if !slices.Equal(again.Canonical(), s.Canonical()) {
			t.Fatalf("the same computer read differently: %s", differing(again, s))
		}
		took = append(took, again.Took)
	}
	slices.Sort(took)
	t.Logf("read in %v, at most %v", took[len(took)/2], took[len(took)-1])
}

// TestLiveCallsAnswerOrSayWhyNot: no call panics, and every error is one that
// the reader understands.
func TestLiveCallsAnswerOrSayWhyNot(t *testing.T) {
	w, ok := fingerprint.Live().(fingerprint.Windows)
	if !ok {
		t.Fatal("the live source has no Windows side")
	}
	check := func(call string, err error) {
		t.Logf("%s: %v", call, err)
		if err != nil && !errors.Is(err, fingerprint.ErrUnsupported) && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v is none of the errors that a reader knows", call, err)
		}
	}
	_, err := w.FirmwareTable()
	check("firmware table", err)
	_, err = w.Memory()
	check("memory", err)
	_, err = w.SystemVolume()
	check("system volume", err)
	_, err = w.Disks(8)
	check("disks", err)
	_, err = w.Adapters(512)
	check("adapters", err)
	_, err = w.TPMVersion()
	check("TPM", err)
	for _, enumerator := range []string{"PCI", "NO-SUCH-BUS"} {
		_, err = w.Devices(enumerator, 1024)
		check("devices of "+enumerator, err)
	}
	_, err = w.FileVersion(`C:\no\such\file.sys`)
	check("file version", err)
	v, err := w.FileVersion(`C:\windows\system32\kernel32.dll`)
	check("file version", err)
	if strings.Count(v.Version, ".") != 3 {
		t.Errorf("version %q", v.Version)
	}
}

func TestLiveRegistry(t *testing.T) {
	w := fingerprint.Live().(fingerprint.Windows)
	if _, err := w.RegistryKeys(`SOFTWARE\No such key`, 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not there: %v", err)
	}
	if _, err := w.RegistryKeys(`SYSTEM\CurrentControlSet\Services`, 1); !errors.Is(err, fingerprint.ErrTooLarge) {
		t.Errorf("too many keys: %v", err)
	}
	v, err := w.RegistryValues(`SOFTWARE\Microsoft\Cryptography`, "No such value", "MachineGuid")
	if err != nil || len(v) != 2 || v[0].Type != fingerprint.RegistryNone || len(v[1].Text()) != 36 {
		t.Errorf("%d values, %v", len(v), err)
	}
}
