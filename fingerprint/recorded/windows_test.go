package recorded

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

const exported = registryHeader + "\r\n\r\n" + `; a comment
[HKEY_LOCAL_MACHINE\SOFTWARE\Ä Firm\App]
@="default"
"Text"="a \"quoted\" C:\\path"
"Number"=dword:0000000a
"Binary"=hex:00,ff,\
  0a
"Expand"=hex(2):25,00,41,00,25,00,00,00
"Texts"=hex(7):61,00,00,00,62,00,00,00,00,00
"Long"=hex(b):01,00,00,00,00,00,00,00
"None"=hex(0):
"Gone"="x"

[HKEY_LOCAL_MACHINE\SOFTWARE\Ä Firm\App\Below\Deep]
"x"="y"

[HKEY_LOCAL_MACHINE\software\Ä FIRM\app]
"gone"=-
[-HKEY_LOCAL_MACHINE\SOFTWARE\Ä Firm\App\Below]
`

func windows(t *testing.T, files string) *windowsSource {
	t.Helper()
	src, err := Open(unpack(t, files), "windows")
	if err != nil {
		t.Fatal(err)
	}
	return src.(*windowsSource)
}

func TestRegistryExport(t *testing.T) {
	r := registry{}
	if err := r.parse([]byte(exported)); err != nil {
		t.Fatal(err)
	}
	k := r[`software\Ä firm\app`]
	if k == nil || len(k.below) != 0 || len(k.values) != 8 {
		t.Fatalf("%+v", k)
	}
	for name, want := range map[string]string{"": "default", "text": `a "quoted" C:\path`, "expand": "%A%"} {
		if got := k.values[name].Text(); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if n, ok := k.values["number"].Number(); !ok || n != 10 {
		t.Error("dword")
	}
	if n, ok := k.values["long"].Number(); !ok || n != 1 {
		t.Error("qword")
	}
	if v := k.values["binary"]; v.Type != fingerprint.RegistryBinary || !bytes.Equal(v.Data, []byte{0, 255, 10}) {
		t.Errorf("binary %v", v)
	}
	if got := k.values["texts"].Texts(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("texts %q", got)
	}
	if _, there := r[`software\Ä firm\app\below\deep`]; there {
		t.Error("what is below a removed key stayed")
	}
}

func TestWrongRegistryExports(t *testing.T) {
	for _, text := range []string{
		"", "REGEDIT4\n", "\"x\"=\"y\"\n", "[HKEY_LOCAL_MACHINE\\a\n", "[HKEY_CURRENT_USER\\a]\n", "[HKEY_LOCAL_MACHINE\\a\\\\b]\n", "[]\n",
		"[HKEY_LOCAL_MACHINE\\a]\nx=1\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\"\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\"=\"y\" z\n",
		"[HKEY_LOCAL_MACHINE\\a]\n\"x\"=dword:zz\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\"=hex:0\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\"=hex(zz):00\n", "[HKEY_LOCAL_MACHINE\\a]\n\"x\"=hex(2:00\n",
		"[HKEY_LOCAL_MACHINE\\a]\n\"x\"=word:0\n", "[-HKEY_LOCAL_MACHINE\\a]\n\"x\"=\"y\"\n", "[HKEY_LOCAL_MACHINE" + strings.Repeat(`\a`, 70) + "]\n",
	} {
		if text != "" && text[0] != 'R' {
			text = registryHeader + "\n" + text
		}
		if err := (registry{}).parse([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if err := (registry{}).parse(make([]byte, maxRegistryText+1)); err == nil {
		t.Error("a registry without end was read")
	}
}

func TestRegistryFilesLieOverEachOther(t *testing.T) {
	const head, key = registryHeader + "\n", "[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"
	s := windows(t, "-- registry.reg --\n"+head+key+"\"x\"=\"1\"\n\"y\"=\"1\"\n-- registry.d/1.reg --\n"+head+key+"\"x\"=\"2\"\n-- registry.d/2.reg --\n"+head+key+"\"x\"=\"3\"\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A\\B]\n")
	text := func() string {
		v, err := s.RegistryValues(`Software\A`, "X", "y", "z")
		if err != nil {
			t.Fatal(err)
		}
		return v[0].Text() + v[1].Text() + v[2].Text()
	}
	if got := text(); got != "31" {
		t.Errorf("values %q", got)
	}
	if keys, err := s.RegistryKeys(`SOFTWARE\A`, 9); err != nil || !slices.Equal(keys, []string{"B"}) {
		t.Errorf("keys %q %v", keys, err)
	}
	if _, err := s.RegistryKeys(`SOFTWARE\A`, 0); !errors.Is(err, fingerprint.ErrTooLarge) {
		t.Errorf("more keys than wanted: %v", err)
	}
	if _, err := s.RegistryValues(`SOFTWARE\None`, "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not there: %v", err)
	}
	// A changed file is seen when the next reading begins.
	name := filepath.Join(s.dir, "registry.d", "2.reg")
	if err := os.WriteFile(name, []byte(head+key+"\"x\"=\"four\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := text(); got != "31" {
		t.Errorf("in the middle of a reading: %q", got)
	}
	if s.Now().Before(time.Unix(1, 0)) || text() != "four1" {
		t.Errorf("after a change: %q", text())
	}
}

func TestBrokenWindowsRecords(t *testing.T) {
	s := windows(t, "-- registry.reg --\nnot a registry\n-- disks.json --\n{\n-- adapters.json --\n[{},{}]\n-- devices.json --\n{\"PCI\":[{},{}]}\n-- system.json --\n{\"memory\":1}\n")
	if _, err := s.RegistryKeys("SOFTWARE", 9); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a broken registry: %v", err)
	}
	if _, err := s.Disks(9); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("broken disks: %v", err)
	}
	if _, err := s.Adapters(1); !errors.Is(err, fingerprint.ErrTooLarge) {
		t.Errorf("adapters: %v", err)
	}
	if d, err := s.Devices("PCI", 2); err != nil || len(d) != 2 {
		t.Errorf("devices: %v %v", d, err)
	}
	if d, err := s.Devices("ACPI", 2); err != nil || len(d) != 0 {
		t.Errorf("no devices: %v %v", d, err)
	}
	if _, err := s.TPMVersion(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no TPM: %v", err)
	}
	if m, err := s.Memory(); err != nil || m != 1 {
		t.Errorf("memory: %d %v", m, err)
	}
	for _, call := range []func() error{
		func() error { _, err := s.FirmwareTable(); return err },
		func() error { _, err := s.SystemVolume(); return err },
		func() error { _, err := s.FileVersion(`C:\x`); return err },
	} {
		if err := call(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzRegistry(f *testing.F) {
	f.Add(exported)
	f.Add(registryHeader + "\n[HKEY_LOCAL_MACHINE]\n@=hex(7):\\\n 00,\\\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := registry{}
		if r.parse([]byte(text)) != nil {
			return
		}
		for path, k := range r {
			for below := range k.below {
				if !strings.HasPrefix(below, strings.TrimPrefix(path+`\`, `\`)) || r[below] == nil {
					t.Errorf("%q is below %q", below, path)
				}
			}
			for _, v := range k.values {
				v.Text()
				v.Texts()
				v.Number()
			}
		}
	})
}
