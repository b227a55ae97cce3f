package vault

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// ErrExists is inside the error of Create where there is a file already.
var ErrExists = errors.New("vault: the file exists")

// ErrUnread is inside vault_locked where a slot could not be tried, because
// something that it is bound to could not be read just now: it may fit when the
// computer is read again.
var ErrUnread = errors.New("vault: something bound could not be read")

// Config says where a vault lies and what it is made with.
type Config struct {
	Disk files.Disk
	Path string
	Rand io.Reader
	Now  func() time.Time
	// Argon is the cost of new vaults, and the least that is opened. The zero
	// value is Standard; only tests have a reason to set it.
	Argon Params
	// Memo spares Argon2id from running twice over the same values in one
	// program; nil means one of the vault's own.
	Memo *Memo
}

func (c Config) ready() Config {
	if c.Argon == (Params{}) {
		c.Argon = Standard()
	}
	if c.Memo == nil {
		c.Memo = &Memo{}
	}
	return c
}

// Vault is an open vault. Its methods may be called by several goroutines.
// Every one looks at the file first, so that several programs may hold it
// open; whoever changes it holds the profile's lock.
type Vault struct {
	mu      sync.Mutex
	cfg     Config
	keys    Keys
	master  Secret
	header  header
	kinds   []string // of the slot in use
	entries map[string]entry
	seen    []byte // sum of the file that header and entries come from
	closed  bool
}

// Create makes a vault with one slot for this computer and one for the server,
// and no entries. Errors: file with ErrExists inside, read_failed where the
// binding has no value or could not be read whole, disk_full.
func Create(cfg Config, k Keys, b Binding, share Share) (*Vault, error) {
	cfg = cfg.ready()
	if err := absent(cfg); err != nil {
		return nil, err
	}
	if !b.usable() {
		return nil, unusable()
	}
	if k.Ring == (Secret{}) {
		return nil, errors.New("vault: no keyring secret")
	}
	v := &Vault{cfg: cfg, keys: k}
	if err := v.begin(b, share, map[string]entry{}); err != nil {
		return nil, err
	}
	return v, nil
}

// begin gives the vault a new salt, master key and server slot, and one slot
// for b, and writes it with the entries.
func (v *Vault) begin(b Binding, share Share, entries map[string]entry) (err error) {
	v.header = header{argon: v.cfg.Argon}
	if v.header.salt, err = randomSecret(v.cfg.Rand); err != nil {
		return err
	}
	if v.master, err = randomSecret(v.cfg.Rand); err != nil {
		return err
	}
	if err := v.header.sealServer(v.cfg.Rand, v.keys.Ring, share, v.master); err != nil {
		return err
	}
	h, err := v.withSlot(v.header, b)
	if err != nil {
		return err
	}
	v.kinds = b.Kinds
	return v.save(h, entries)
}

func absent(cfg Config) error {
	_, err := cfg.Disk.Read(cfg.Path)
	switch {
	case err == nil:
		return api.Wrap(api.CodeFile, ErrExists)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func unusable() error {
	return api.Wrap(api.CodeReadFailed, errors.New("vault: nothing to bind to, or not all of it was read"))
}

// Open opens a vault with what the computer is now. Errors: vault_locked where
// no slot fits (with ErrUnread inside where one was not tried), vault_missing, vault_broken, vault_newer, keyring_lost where
// the vault was written with another keyring's secret, file.
func Open(cfg Config, k Keys, s fingerprint.Snapshot) (*Vault, error) {
	cfg = cfg.ready()
	f, sum, err := read(cfg, k.Ring)
	if err != nil {
		return nil, err
	}
	cause := errors.New("vault: no slot fits this computer")
	for _, sl := range slices.Backward(f.header.slots) {
		b := Bind(sl.kinds, s)
		if !b.complete() {
			cause = ErrUnread
			continue
		}
		a := cfg.Memo.bound(f.header.argon, f.header.salt, b)
		if master, ok := f.header.openSlot(sl, k, a); ok {
			return unlock(cfg, k, f, sum, master, sl.kinds)
		}
	}
	return nil, locked(cause)
}

// OpenWithShare opens a vault with the server's share. Errors as Open's;
// vault_locked where the share is another one.
func OpenWithShare(cfg Config, k Keys, share Share) (*Vault, error) {
	cfg = cfg.ready()
	f, sum, err := read(cfg, k.Ring)
	if err != nil {
		return nil, err
	}
	if int64(share.Generation) != int64(f.header.server.generation) {
		return nil, locked(errors.New("vault: the share is of another generation"))
	}
	master, ok := f.header.openServer(k.Ring, share.Secret)
	if !ok {
		return nil, locked(errors.New("vault: the share does not fit"))
	}
	var kinds []string
	if n := len(f.header.slots); n > 0 {
		kinds = f.header.slots[n-1].kinds
	}
	return unlock(cfg, k, f, sum, master, kinds)
}

func locked(cause error) error { return api.Wrap(api.CodeVaultLocked, cause) }

// read reads and takes apart the file, and gives its sum.
func read(cfg Config, ring Secret) (file, []byte, error) {
	data, err := cfg.Disk.Read(cfg.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return file{}, nil, api.Wrap(api.CodeVaultMissing, err)
	}
	if err != nil {
		return file{}, nil, err
	}
	f, err := parseFile(ring, cfg.Argon, data)
	return f, sumOf(data), err
}

// sumOf is the frame's sum, which ends every file.
func sumOf(data []byte) []byte { return slices.Clone(data[max(0, len(data)-macSize):]) }

// unlock decrypts the contents; the header is their associated data, so that
// a header that was changed opens nothing.
func unlock(cfg Config, k Keys, f file, sum []byte, master Secret, kinds []string) (*Vault, error) {
	entries, err := f.entries(master)
	if err != nil {
		return nil, err
	}
	return &Vault{cfg: cfg, keys: k, master: master, header: f.header, kinds: kinds, entries: entries, seen: sum}, nil
}

func (f file) entries(master Secret) (map[string]entry, error) {
	plain, ok := openBytes(master, f.contents, f.bound)
	if !ok {
		return nil, broken(errors.New("vault: the contents do not belong to the header"))
	}
	defer clear(plain)
	return parseEntries(plain)
}

// save writes a new state, and takes it over once it is on the disk.
func (v *Vault) save(h header, entries map[string]entry) error {
	plain, err := encodeEntries(entries)
	if err != nil {
		return err
	}
	defer clear(plain)
	data, err := encodeFile(v.keys.Ring, h, func(ad []byte) ([]byte, error) {
		return sealBytes(v.cfg.Rand, v.master, plain, ad)
	})
	if err != nil {
		return err
	}
	if err := v.cfg.Disk.Replace(v.cfg.Path, data); err != nil {
		return err
	}
	v.header, v.entries, v.seen = h, entries, sumOf(data)
	return nil
}

// look takes over what another program wrote meanwhile. A file with another
// master key is vault_locked: it was made anew, and is to be opened anew.
func (v *Vault) look() error {
	if v.closed {
		return locked(errors.New("vault: closed"))
	}
	data, err := v.cfg.Disk.Read(v.cfg.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return api.Wrap(api.CodeVaultMissing, err)
	}
	if err != nil || slices.Equal(sumOf(data), v.seen) {
		return err
	}
	f, err := parseFile(v.keys.Ring, v.cfg.Argon, data)
	if err != nil {
		return err
	}
	entries, err := f.entries(v.master)
	if err != nil {
		return locked(err)
	}
	v.header, v.entries, v.seen = f.header, entries, sumOf(data)
	return nil
}

// Close forgets the keys and the entries, as far as Go lets memory be
// forgotten. A closed vault says vault_locked to everything.
func (v *Vault) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.master[:])
	clear(v.keys.Ring[:])
	clear(v.keys.Hardware[:])
	for _, e := range v.entries {
		clear(e.value)
	}
	v.entries, v.closed = nil, true
	v.cfg.Memo.Forget()
}
