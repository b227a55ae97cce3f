package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// Limits of the format.
const (
	// MaxSlots is how many configurations open the vault; the oldest gives way.
	MaxSlots = 5

	fileVersion = 1
	maxKinds    = 128
	maxKindName = 64
	maxHeader   = 64 << 10
	macSize     = sha256.Size
)

// fileMagic is how a vault file begins. docs/vault.md lists every field.
var fileMagic = files.Magic{'H', 'F', 'V', 'A', 'U', 'L', 'T', '\n'}

// slot is a sealed copy of the master key for one configuration.
type slot struct {
	created uint64 // Unix seconds
	chip    bool   // sealed with a chip's secret beside the keyring's
	kinds   []string
	salt    Secret
	sealed  [sealedSize]byte
}

// serverSlot is the copy that opens with the server's share.
type serverSlot struct {
	generation uint32
	salt       Secret
	sealed     [sealedSize]byte
}

// header is everything that is not encrypted.
type header struct {
	argon  Params
	salt   Secret
	slots  []slot // oldest first
	server serverSlot
}

// prefix names a sealed key's place: what it is, the header's unchanging part,
// and its own kinds. It is the associated data of that key.
func (h header) prefix(what string, kinds []string, generation uint32) []byte {
	var b cryptobyte.Builder
	b.AddBytes(fileMagic[:])
	b.AddUint16(fileVersion)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(what)) })
	h.addArgon(&b)
	addKinds(&b, kinds)
	b.AddUint32(generation)
	return b.BytesOrPanic()
}

func (h header) addArgon(b *cryptobyte.Builder) {
	b.AddUint32(h.argon.Time)
	b.AddUint32(h.argon.MemoryKiB)
	b.AddUint8(h.argon.Threads)
	b.AddBytes(h.salt[:])
}

func addKinds(b *cryptobyte.Builder, kinds []string) {
	b.AddUint8(uint8(len(kinds)))
	for _, k := range kinds {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(k)) })
	}
}

// encode gives the header's bytes.
func (h header) encode() []byte {
	var b cryptobyte.Builder
	h.addArgon(&b)
	b.AddUint8(uint8(len(h.slots)))
	for _, s := range h.slots {
		b.AddUint64(s.created)
		b.AddUint8(map[bool]uint8{true: 1}[s.chip])
		addKinds(&b, s.kinds)
		b.AddBytes(s.salt[:])
		b.AddBytes(s.sealed[:])
	}
	b.AddUint32(h.server.generation)
	b.AddBytes(h.server.salt[:])
	b.AddBytes(h.server.sealed[:])
	return b.BytesOrPanic()
}

var errFormat = errors.New("vault: not a vault's header")

// parseHeader reads exactly one header, within the bounds.
func parseHeader(data []byte) (header, error) {
	var h header
	in := cryptobyte.String(data)
	var n uint8
	if len(data) > maxHeader || !in.ReadUint32(&h.argon.Time) || !in.ReadUint32(&h.argon.MemoryKiB) ||
		!in.ReadUint8(&h.argon.Threads) || !in.CopyBytes(h.salt[:]) || !in.ReadUint8(&n) || n > MaxSlots {
		return header{}, errFormat
	}
	for range n {
		s, ok := readSlot(&in)
		if !ok {
			return header{}, errFormat
		}
		h.slots = append(h.slots, s)
	}
	if !in.ReadUint32(&h.server.generation) || !in.CopyBytes(h.server.salt[:]) ||
		!in.CopyBytes(h.server.sealed[:]) || !in.Empty() {
		return header{}, errFormat
	}
	return h, nil
}

func readSlot(in *cryptobyte.String) (s slot, ok bool) {
	var chip, n uint8
	if !in.ReadUint64(&s.created) || !in.ReadUint8(&chip) || chip > 1 || !in.ReadUint8(&n) || n == 0 || n > maxKinds {
		return s, false
	}
	s.chip = chip == 1
	for range n {
		var k cryptobyte.String
		if !in.ReadUint8LengthPrefixed(&k) || len(k) == 0 || len(k) > maxKindName {
			return s, false
		}
		s.kinds = append(s.kinds, string(k))
	}
	if !slices.IsSorted(s.kinds) || len(slices.Compact(slices.Clone(s.kinds))) != len(s.kinds) {
		return s, false
	}
	return s, in.CopyBytes(s.salt[:]) && in.CopyBytes(s.sealed[:])
}

// file is a vault file taken apart: nothing decrypted yet.
type file struct {
	header   header
	bound    []byte // magic, version and header: the contents' associated data
	contents []byte // nonce and ciphertext
}

// encodeFile puts a file together:
//
//	frame( length of header (32 bits) ‖ header ‖ nonce ‖ contents ‖ MAC )
func encodeFile(ring Secret, h header, contents func(ad []byte) ([]byte, error)) ([]byte, error) {
	head := h.encode()
	sealed, err := contents(associated(head))
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(head) })
	b.AddBytes(sealed)
	body := b.BytesOrPanic()
	body = append(body, fileMAC(ring, h.salt, macInput(body))...)
	return files.Frame(fileMagic, fileVersion, body), nil
}

func associated(head []byte) []byte {
	var b cryptobyte.Builder
	b.AddBytes(fileMagic[:])
	b.AddUint16(fileVersion)
	b.AddBytes(head)
	return b.BytesOrPanic()
}

func macInput(body []byte) []byte { return associated(body) }

// parseFile takes a file apart. It is vault_newer for a whole file of a newer
// version and vault_broken for anything that is not one of ours; keyring_lost
// where the file is whole but was not written with this keyring's secret.
func parseFile(ring Secret, least Params, data []byte) (file, error) {
	f, body, err := splitFile(data)
	if err != nil {
		return file{}, err
	}
	rest, mac := body[:len(body)-macSize], body[len(body)-macSize:]
	if !hmac.Equal(mac, fileMAC(ring, f.header.salt, macInput(rest))) {
		return file{}, api.Wrap(api.CodeKeyringLost, errors.New("vault: written with another keyring's secret"))
	}
	if !f.header.argon.atLeast(least) {
		return file{}, broken(errors.New("vault: cheaper than allowed"))
	}
	return f, nil
}

// splitFile takes a file apart without any key.
func splitFile(data []byte) (f file, body []byte, err error) {
	_, body, err = files.Unframe(fileMagic, fileVersion, data)
	if errors.Is(err, files.ErrNewer) {
		return file{}, nil, api.Wrap(api.CodeVaultNewer, err)
	}
	if err != nil {
		return file{}, nil, broken(err)
	}
	in := cryptobyte.String(body)
	var length uint32
	var head []byte
	if !in.ReadUint32(&length) || length > maxHeader || !in.ReadBytes(&head, int(length)) ||
		len(in) < chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead+macSize {
		return file{}, nil, broken(errFormat)
	}
	h, err := parseHeader(head)
	if err != nil {
		return file{}, nil, broken(err)
	}
	if !ceiling().atLeast(h.argon) || h.argon.Time == 0 || h.argon.Threads == 0 {
		return file{}, nil, broken(errors.New("vault: cost out of range"))
	}
	return file{header: h, bound: associated(head), contents: in[:len(in)-macSize]}, body, nil
}

func broken(cause error) error { return api.Wrap(api.CodeVaultBroken, cause) }
