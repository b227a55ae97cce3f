package keystore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
)

// FileName is the passphrase file's store in a profile's folder.
const FileName = "keystore.hf"

// fileMagic and fileVersion frame the file. Its body: Argon2id time, memory
// (KiB), threads, salt (32), nonce (24), and the items sealed with
// XChaCha20-Poly1305, everything before the nonce as associated data.
var fileMagic = files.Magic{'H', 'F', 'K', 'S', 'T', 'O', 'R', 'E'}

const (
	fileVersion = 1
	saltSize    = 32
	headerSize  = 4 + 4 + 1 + saltSize
	maxItems    = 16
)

// kdf are Argon2id's parameters (RFC 9106): the second recommended choice of
// its section 4 with one lane.
type kdf struct {
	time, memory uint32 // memory in KiB
	threads      uint8
}

// The standard is what new files are written with, and the least that is
// accepted; the ceiling keeps a foreign file from taking all memory.
var (
	kdfStandard = kdf{time: 3, memory: 64 << 10, threads: 1}
	kdfCeiling  = kdf{time: 64, memory: 1 << 20, threads: 16}
)

// fileStore is the Store over a file. Every call reads the file anew, so that
// two programs of one profile see each other's changes; the key is derived
// once per salt.
type fileStore struct {
	disk files.Disk
	path string
	pass []byte
	rand io.Reader
	wait time.Duration
	cost kdf

	mu   sync.Mutex
	memo map[[sha256.Size]byte][]byte // header → key
}

func newFileStore(o Options, path string, pass []byte) *fileStore {
	r := o.Rand
	if r == nil {
		r = rand.Reader
	}
	return &fileStore{
		disk: o.Disk, path: path, pass: pass, rand: r, wait: o.Deadline, cost: kdfStandard,
		memo: map[[sha256.Size]byte][]byte{},
	}
}

// Kind is Store's.
func (s *fileStore) Kind() string { return KindPassphraseFile }

// Get is Store's.
func (s *fileStore) Get(_ context.Context, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, items, err := s.load()
	if err != nil {
		return nil, err
	}
	v, ok := items[name]
	if !ok {
		return nil, ErrNotFound
	}
	return v, nil
}

// Set is Store's.
func (s *fileStore) Set(ctx context.Context, name string, v []byte) error {
	if err := checkValue(v); err != nil {
		return err
	}
	return s.change(ctx, func(items map[string][]byte) bool {
		items[name] = slices.Clone(v)
		return true
	})
}

// Delete is Store's.
func (s *fileStore) Delete(ctx context.Context, name string) error {
	return s.change(ctx, func(items map[string][]byte) bool {
		_, ok := items[name]
		delete(items, name)
		return ok
	})
}

// change reads, changes and replaces the file under a lock of its own. edit
// says whether there is anything to write.
func (s *fileStore) change(ctx context.Context, edit func(map[string][]byte) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := files.Acquire(ctx, filepath.Join(filepath.Dir(s.path), FileName+".lock"), s.wait)
	if err != nil {
		return err
	}
	defer lock.Release()
	header, items, err := s.load()
	if err != nil {
		return err
	}
	if !edit(items) {
		return nil
	}
	if len(items) > maxItems {
		return errors.New("keystore: too many items")
	}
	if header == nil {
		if header, err = s.newHeader(); err != nil {
			return err
		}
	}
	data, err := s.seal(header, items)
	if err != nil {
		return err
	}
	return s.disk.Replace(s.path, data)
}

// load gives the file's header and items; no file is no header and no items.
func (s *fileStore) load() (header []byte, items map[string][]byte, err error) {
	data, err := s.disk.Read(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, map[string][]byte{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	_, body, err := files.Unframe(fileMagic, fileVersion, data)
	switch {
	case errors.Is(err, files.ErrNewer):
		return nil, nil, api.Wrap(api.CodeStateNewer, err).With("File", FileName)
	case err != nil || len(body) < headerSize+chacha20poly1305.NonceSizeX:
		return nil, nil, s.broken()
	}
	header, rest := body[:headerSize], body[headerSize:]
	key, err := s.key(header)
	if err != nil {
		return nil, nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, nil, err
	}
	nonce, sealed := rest[:chacha20poly1305.NonceSizeX], rest[chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, sealed, header)
	if err != nil {
		// The sum was right, so this is what was written: another passphrase.
		return nil, nil, api.Wrap(api.CodePassphrase, err, HintPassphraseFile)
	}
	if items, err = parseItems(plain); err != nil {
		return nil, nil, s.broken()
	}
	return header, items, nil
}

func (s *fileStore) broken() error {
	return api.Wrap(api.CodeStateBroken, files.ErrBroken).With("File", FileName)
}

func (s *fileStore) newHeader() ([]byte, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.rand, salt); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddUint32(s.cost.time)
	b.AddUint32(s.cost.memory)
	b.AddUint8(s.cost.threads)
	b.AddBytes(salt)
	return b.Bytes()
}

// key derives the file's key, with the header's parameters within bounds.
func (s *fileStore) key(header []byte) ([]byte, error) {
	id := sha256.Sum256(header)
	if k, ok := s.memo[id]; ok {
		return k, nil
	}
	var p kdf
	in := cryptobyte.String(header)
	if !in.ReadUint32(&p.time) || !in.ReadUint32(&p.memory) || !in.ReadUint8(&p.threads) || len(in) != saltSize ||
		!p.within(s.cost, kdfCeiling) {
		return nil, s.broken()
	}
	k := argon2.IDKey(s.pass, in, p.time, p.memory, p.threads, chacha20poly1305.KeySize)
	clear(s.memo) // one file, one salt
	s.memo[id] = k
	return k, nil
}

func (p kdf) within(floor, ceiling kdf) bool {
	return p.time >= floor.time && p.memory >= floor.memory && p.threads >= floor.threads &&
		p.time <= ceiling.time && p.memory <= ceiling.memory && p.threads <= ceiling.threads
}

func (s *fileStore) seal(header []byte, items map[string][]byte) ([]byte, error) {
	key, err := s.key(header)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return nil, err
	}
	plain, err := encodeItems(items)
	if err != nil {
		return nil, err
	}
	body := append(slices.Clone(header), nonce...)
	return files.Frame(fileMagic, fileVersion, aead.Seal(body, nonce, plain, header)), nil
}

// encodeItems writes a count, then each name and value with its length.
func encodeItems(items map[string][]byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddUint8(uint8(len(items)))
	for _, name := range slices.Sorted(maps.Keys(items)) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(items[name]) })
	}
	return b.Bytes()
}

func parseItems(plain []byte) (map[string][]byte, error) {
	in := cryptobyte.String(plain)
	var n uint8
	if !in.ReadUint8(&n) {
		return nil, files.ErrBroken
	}
	items := make(map[string][]byte, n)
	for range n {
		var name, value cryptobyte.String
		if !in.ReadUint8LengthPrefixed(&name) || !in.ReadUint16LengthPrefixed(&value) {
			return nil, files.ErrBroken
		}
		items[string(name)] = slices.Clone(value)
	}
	if !in.Empty() || len(items) != int(n) {
		return nil, files.ErrBroken
	}
	return items, nil
}
