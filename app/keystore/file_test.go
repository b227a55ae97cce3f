package keystore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

func codeIs(t testing.TB, err error, code string) {
	t.Helper()
	if api.CodeOf(err) != code {
		t.Fatalf("%v, want %s", err, code)
	}
}

// fileOptions writes a passphrase file.
func fileOptions(t testing.TB, pass string) Options {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "pass")
	if err := os.WriteFile(path, []byte(pass), 0o600); err != nil {
		t.Fatal(err)
	}
	return Options{Profile: "p", Dir: dir, PassphraseFile: path, Disk: files.OS()}
}

// cheapStore is the file's store at a cost for tests.
func cheapStore(t testing.TB, o Options) *fileStore {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	f := s.(*fileStore)
	f.cost = kdf{1, 8, 1}
	return f
}

func TestAPassphraseFileKeepsSecrets(t *testing.T) {
	o := fileOptions(t, "correct horse\nsecond line\n")
	s, err := Open(o) // the real cost
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, err := s.Get(ctx, Ring); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, Ring); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, FileName)); err == nil {
		t.Fatal("deleting nothing made a file")
	}
	for _, name := range []string{Ring, DeviceKey} {
		if err := SetVerified(ctx, s, name, []byte("secret of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(fileAt(t, o, "correct horse")) // no newline: the same line
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get(ctx, DeviceKey); err != nil || string(got) != "secret of device-key" {
		t.Fatal(got, err)
	}
	if err := again.Delete(ctx, DeviceKey); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, DeviceKey); !errors.Is(err, ErrNotFound) {
		t.Fatal("the other program does not see it", err)
	}
	data, err := os.ReadFile(filepath.Join(o.Dir, FileName))
	if err != nil || bytes.Contains(data, []byte("secret of")) || bytes.Contains(data, []byte(Ring)) {
		t.Fatal("in the open", err)
	}
	wrong, err := Open(fileAt(t, o, "wrong horse"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = wrong.Get(ctx, Ring)
	codeIs(t, err, api.CodePassphrase)
	codeIs(t, wrong.Set(ctx, Ring, []byte("x")), api.CodePassphrase)
	if got, err := s.Get(ctx, Ring); err != nil || string(got) != "secret of ring" {
		t.Fatal("a wrong passphrase did harm", err)
	}
}

// fileAt is o with another passphrase.
func fileAt(t *testing.T, o Options, pass string) Options {
	t.Helper()
	if err := os.WriteFile(o.PassphraseFile, []byte(pass), 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestPassphraseFilesThatCannotBeUsed(t *testing.T) {
	for pass, code := range map[string]string{
		"": api.CodePassphrase, "\n": api.CodePassphrase, "\r\nlater": api.CodePassphrase,
		string(make([]byte, maxPassphrase+1)): api.CodePassphrase, "fine": "",
	} {
		_, err := Open(fileOptions(t, pass))
		codeIs(t, err, code)
	}
	o := fileOptions(t, "x")
	for _, path := range []string{filepath.Join(o.Dir, "none"), o.Dir} {
		o.PassphraseFile = path
		_, err := Open(o)
		codeIs(t, err, api.CodeKeyringAbsent)
	}
	if _, err := Open(Options{}); err == nil {
		t.Fatal("no profile")
	}
}

func TestBrokenAndNewerFilesAreNotOverwritten(t *testing.T) {
	o := fileOptions(t, "correct horse")
	s := cheapStore(t, o)
	if err := s.Set(t.Context(), Ring, []byte("x")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.Dir, FileName)
	good, _ := os.ReadFile(path)
	_, body, err := files.Unframe(fileMagic, fileVersion, good)
	if err != nil {
		t.Fatal(err)
	}
	costly := bytes.Clone(body)
	costly[0] = 255
	cheap := bytes.Clone(body)
	cheap[3], cheap[7] = 0, 0
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"empty": {nil, api.CodeStateBroken}, "cut": {good[:len(good)-1], api.CodeStateBroken},
		"short":  {files.Frame(fileMagic, 1, []byte("x")), api.CodeStateBroken},
		"newer":  {files.Frame(fileMagic, 2, body), api.CodeStateNewer},
		"costly": {files.Frame(fileMagic, 1, costly), api.CodeStateBroken},
		"cheap":  {files.Frame(fileMagic, 1, cheap), api.CodeStateBroken},
	} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.Get(t.Context(), Ring)
		if api.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		codeIs(t, s.Set(t.Context(), Ring, []byte("y")), c.code)
		if left, _ := os.ReadFile(path); !bytes.Equal(left, c.data) {
			t.Errorf("%s: overwritten", name)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), Ring); api.CodeOf(err) != api.CodeStateBroken {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

func TestKilledAtEveryWriteOfTheFile(t *testing.T) {
	for _, first := range []bool{true, false} {
		for at := 1; ; at++ {
			o := fileOptions(t, "correct horse")
			whole := cheapStore(t, o)
			if !first {
				if err := whole.Set(t.Context(), Ring, []byte("old")); err != nil {
					t.Fatal(err)
				}
			}
			k := &files.Killer{At: at}
			o.Disk = files.Stepped(k.Hook)
			dying := cheapStore(t, Options{Profile: "p", Dir: o.Dir, PassphraseFile: o.PassphraseFile, Disk: files.OS()})
			dying.disk = o.Disk
			err := dying.Set(t.Context(), Ring, []byte("new"))
			got, gerr := whole.Get(t.Context(), Ring)
			if !k.Dead() {
				if err != nil || at < 6 {
					t.Fatal(at, err)
				}
				break
			}
			switch text := string(got); {
			case err == nil:
				t.Fatal("a dead program acknowledges")
			case text == "new", text == "old" && !first, errors.Is(gerr, ErrNotFound) && first:
			default:
				t.Fatalf("point %d: %q, %v", at, text, gerr)
			}
			if err := whole.Set(t.Context(), Ring, []byte("new")); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	o := fileOptions(t, "correct horse")
	var wg sync.WaitGroup
	for n := range 8 {
		s := cheapStore(t, o) // each as a program of its own
		wg.Go(func() {
			if err := s.Set(context.Background(), fmt.Sprintf("item-%d", n), []byte{byte(n)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s := cheapStore(t, o)
	for n := range 8 {
		if got, err := s.Get(t.Context(), fmt.Sprintf("item-%d", n)); err != nil || got[0] != byte(n) {
			t.Fatal(n, got, err)
		}
	}
	for n := range 10 {
		err := s.Set(t.Context(), fmt.Sprintf("more-%d", n), []byte("x"))
		if (err == nil) != (n < maxItems-8) {
			t.Fatal(n, err)
		}
	}
}

func TestSteppedStores(t *testing.T) {
	k := &files.Killer{At: 3}
	s := Stepped(cheapStore(t, fileOptions(t, "correct horse")), k.Hook)
	ctx := t.Context()
	if err := s.Set(ctx, Ring, []byte("x")); err != nil { // two steps
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, Ring); err != nil { // reading is no step
		t.Fatal(err)
	}
	for _, err := range []error{s.Delete(ctx, Ring), s.Set(ctx, Ring, nil)} {
		if !errors.Is(err, files.ErrKilled) {
			t.Fatal(err)
		}
	}
	if _, err := s.Get(ctx, Ring); !errors.Is(err, files.ErrKilled) {
		t.Fatal(err)
	}
	if got := fmt.Sprint(k.Steps()); got != "[keyring-set ring keyring-set-done ring keyring-delete ring]" {
		t.Fatal(got)
	}
}

func FuzzParseItems(f *testing.F) {
	good, _ := encodeItems(map[string][]byte{"ring": []byte("x"), "device-key": nil})
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := parseItems(data)
		if err != nil {
			return
		}
		if again, err := encodeItems(items); err != nil || len(again) != len(data) {
			t.Fatal("not the same length")
		}
	})
}
