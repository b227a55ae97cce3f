package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/keystore/keystoretest"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// on runs a command on a recorded laptop whose system's files lie under root.
func on(t *testing.T, root string, admin bool, args ...string) (int, string, string) {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant("laptop", "", dir); err != nil {
		t.Fatal(err)
	}
	source, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	p := Program{
		Args: append([]string{"--profile", filepath.Join(root, "profile")}, args...), Stdout: &out, Stderr: &errs, Source: source,
		Root: root, Admin: func() bool { return admin },
		Keystore: func(keystore.Options) (keystore.Store, error) { return keystoretest.New(), nil },
	}
	return p.Run(context.Background()), out.String(), errs.String()
}

func put(t *testing.T, root, path, content string) string {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPrepareImageLooksAfterTheSystem(t *testing.T) {
	for _, admin := range []bool{false, true} {
		root := t.TempDir()
		key := put(t, root, tagKeyFile, "k")
		put(t, root, machineIDFile, "0123456789abcdef0123456789abcdef\n")
		exit, out, errs := on(t, root, admin, "--json", "prepare-image")
		var doc imageDoc
		if err := json.Unmarshal([]byte(out), &doc); err != nil || exit != ExitDone {
			t.Fatalf("ended with %d: %s%s", exit, out, errs)
		}
		_, err := os.Stat(key)
		if doc.TagKey == admin || !doc.MachineID || !doc.SignedOut || os.IsNotExist(err) != admin {
			t.Errorf("admin %v: %+v, %v", admin, doc, err)
		}
		_, out, _ = on(t, root, admin, "prepare-image")
		if !strings.Contains(out, filepath.Join(root, machineIDFile)) || strings.Contains(out, "tag.key") == admin {
			t.Errorf("admin %v: %s", admin, out)
		}
	}
	for _, empty := range []string{"", "\n", "uninitialized\n"} {
		root := t.TempDir()
		put(t, root, machineIDFile, empty)
		if _, out, _ := on(t, root, true, "prepare-image"); strings.Contains(out, "machine-id") {
			t.Errorf("%q: %s", empty, out)
		}
	}
}

func TestWriteTags(t *testing.T) {
	root := t.TempDir()
	if exit, _, errs := on(t, root, false, "write-tags"); exit != ExitAdmin || !strings.Contains(errs, "administrator") {
		t.Errorf("without rights: %d, %s", exit, errs)
	}
	if exit, out, errs := on(t, root, true, "write-tags"); exit != ExitDone || !strings.Contains(out, "tags are written") {
		t.Fatalf("%d, %s%s", exit, out, errs)
	}
	for _, path := range []string{tagsFile, tagKeyFile} {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Error(err)
		}
	}
	exit, out, _ := on(t, root, true, "--json", "write-tags")
	var doc tagsDoc
	if err := json.Unmarshal([]byte(out), &doc); err != nil || exit != ExitDone || len(doc.Tags) == 0 {
		t.Errorf("%d, %s", exit, out)
	}
	if strings.Contains(strings.ToLower(out), "9hfxkt3") {
		t.Error("a serial number is told")
	}
	if exit, out, _ := on(t, root, true, "help"); exit != ExitDone || strings.Contains(out, "write-tags") {
		t.Errorf("it is in the list: %s", out)
	}
}
