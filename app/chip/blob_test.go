package chip

import (
	"bytes"
	"testing"

	"github.com/google/go-tpm/tpm2"

	"github.com/seed-1feef0b2/holdfast/api"
)

func sample() blob {
	return blob{kind: blobKey, public: tpm2.Marshal(keyTemplate()), private: []byte{1, 2, 3}}
}

func TestBlobs(t *testing.T) {
	raw := sample().encode()
	got, err := parseBlob(blobKey, raw)
	if err != nil || !bytes.Equal(got.encode(), raw) {
		t.Fatalf("%v", err)
	}
	for n := range raw {
		if _, err := parseBlob(blobKey, raw[:n]); err == nil {
			t.Errorf("the first %d bytes are a blob", n)
		}
	}
	for name, bad := range map[string][]byte{
		"too long": append(bytes.Clone(raw), 0), "another kind": append([]byte("HFC1s"), raw[5:]...),
		"another magic": append([]byte("HFC2"), raw[4:]...), "huge": make([]byte, 1<<20),
	} {
		if _, err := parseBlob(blobKey, bad); err == nil {
			t.Errorf("%s is a blob", name)
		}
	}
	// A public half without a point, and one that is no key.
	for _, b := range []blob{sample(), {kind: blobKey, public: tpm2.Marshal(sealTemplate()), private: []byte{1}}} {
		if _, err := PublicOf(b.encode()); api.CodeOf(err) != api.CodeChipFailed {
			t.Errorf("%v", err)
		}
	}
}

func FuzzBlob(f *testing.F) {
	f.Add(sample().encode())
	f.Add([]byte(blobMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range []byte{blobKey, blobSecret} {
			if b, err := parseBlob(kind, data); err == nil && !bytes.Equal(b.encode(), data) {
				t.Error("another blob than was read")
			}
		}
		if k, err := PublicOf(data); err == nil {
			if _, err := k.ECDH(); err != nil {
				t.Error("a point off the curve")
			}
		}
	})
}
