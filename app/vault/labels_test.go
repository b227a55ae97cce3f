package vault

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func TestLabelsNeverHoldIdentifiers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.hf")
	ring := testKeys.Ring
	var in []fingerprint.Label
	kinds := fingerprint.Kinds("linux")
	for _, k := range kinds {
		in = append(in, fingerprint.Label{Class: k.Class, Kind: k.Kind, Text: "SERIAL-" + k.Kind})
	}
	if err := SaveLabels(files.OS(), rand.Reader, path, ring, in); err != nil {
		t.Fatal(err)
	}
	out, err := LoadLabels(files.OS(), path, ring)
	if err != nil || len(out) == 0 {
		t.Fatal(out, err)
	}
	for _, l := range out {
		if fingerprint.Identifier(l.Kind) {
			t.Errorf("%s is in the labels file", l.Kind)
		}
	}
	identifiers := 0
	for _, k := range kinds {
		if k.Identifier {
			identifiers++
		}
	}
	if len(out) != len(kinds)-identifiers || identifiers < 6 {
		t.Fatalf("%d of %d labels, %d identifiers", len(out), len(kinds), identifiers)
	}
	if data, _ := os.ReadFile(path); bytes.Contains(data, []byte("SERIAL")) {
		t.Fatal("labels in the open")
	}
}

func TestLabelsFilesThatCannotBeUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.hf")
	load := func() error {
		_, err := LoadLabels(files.OS(), path, testKeys.Ring)
		return err
	}
	if err := load(); err != nil {
		t.Fatal("no file is an error")
	}
	if err := SaveLabels(files.OS(), rand.Reader, path, secret(9), nil); err != nil {
		t.Fatal(err)
	}
	wantCode(t, load(), api.CodeStateBroken)
	for data, code := range map[string]string{
		"": api.CodeStateBroken, "rubbish": api.CodeStateBroken,
		string(files.Frame(labelsKind(testKeys.Ring).magic, 1, nil)): api.CodeStateBroken,
		string(files.Frame(labelsKind(testKeys.Ring).magic, 2, nil)): api.CodeStateNewer,
	} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		wantCode(t, load(), code)
	}
}
