package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// chipMarker stands in the keyring in the place of the device key where a chip
// holds it, so that a lost file is told from a keyring that lost its key.
const chipMarker = "in a chip"

// chips is the file of a profile whose keys are in a chip. Its blobs open in that
// chip, with this profile's keyring, and nowhere else.
type chips struct {
	Schema int `json:"schema"`
	// Current holds the device key; nil where the keyring does.
	Current *chipItem `json:"current,omitempty"`
	// Next holds the key that is to take the device key's place.
	Next *chipItem `json:"next,omitempty"`
}

// chipItem is a device key and S_hw in a chip.
type chipItem struct {
	Kind string `json:"kind"` // api.HardwareTPM
	// Name is a keyed hash of the chip's name, hex: it tells a chip that was
	// cleared from another one, and the disk does not show which chip it is. Empty
	// where the chip would not say its name.
	Name   string `json:"name,omitempty"`
	Key    []byte `json:"key"`
	Secret []byte `json:"secret"`
}

// deviceKey is a key that signs for this computer, in the keyring or in a chip.
type deviceKey struct {
	kind     string // empty for the keyring, else what holds it
	public   *ecdsa.PublicKey
	signer   sign.Signer
	hardware vault.Secret // S_hw; zeros for a key in the keyring
	scalar   []byte       // of a key in the keyring
	item     *chipItem    // of a key in a chip
}

// same says that two keys are one. A key whose chip is lost has its public half
// in the file still, unless the file is lost too.
func (d *deviceKey) same(o *deviceKey) bool {
	return d.public != nil && o.public != nil && d.public.Equal(o.public)
}

// chipSigner is a Signer whose key is in a chip; the chip bounds each call.
type chipSigner struct {
	key   chip.Key
	keyid string
}

func (s chipSigner) KeyID() string                   { return s.keyid }
func (s chipSigner) Sign(msg []byte) ([]byte, error) { return s.key.Sign(context.Background(), msg) }

// unable signs nothing: the chip that held the key is out of reach.
type unable struct{ keyid string }

func (u unable) KeyID() string             { return u.keyid }
func (unable) Sign([]byte) ([]byte, error) { return nil, errChipFile() }

// errChipFile says that the file with the chip's blobs is lost: for the person
// the same as a chip that forgot.
func errChipFile() error {
	return api.Wrap(api.CodeChipCleared, errors.New("the file of the chip's keys is lost"), "chip_replace")
}

// chipTrouble is the code of an error of a chip, empty for all others.
func chipTrouble(err error) string {
	switch code := api.CodeOf(err); code {
	case api.CodeChipAbsent, api.CodeChipBusy, api.CodeChipCleared, api.CodeChipReplaced, api.CodeChipLockedOut, api.CodeChipFailed:
		return code
	}
	return ""
}

// recoverable says that there is no trouble, or one that passes by itself:
// waiting is right, and no other key is to take the place of this one.
func recoverable(trouble error) bool {
	switch chipTrouble(trouble) {
	case "", api.CodeChipBusy, api.CodeChipLockedOut:
		return true
	}
	return false
}

func (c *Client) loadChips() (chips, error) {
	var rec chips
	err := c.load(chipFile, &rec)
	if errors.Is(err, errNoFile) {
		err = nil
	}
	if err != nil {
		rec = chips{}
	}
	return rec, err
}

func (c *Client) storeChips(rec chips) error {
	if rec.Current == nil && rec.Next == nil {
		if err := c.cfg.Disk.Remove(c.path(chipFile)); err != nil && !missing(err) {
			return fileError(err)
		}
		return nil
	}
	rec.Schema = recordSchema
	return c.store(chipFile, rec)
}

// theChip is this computer's chip, opened once per run.
func (c *Client) theChip(ctx context.Context) (chip.Chip, error) {
	if c.chip != nil {
		return c.chip, nil
	}
	if c.cfg.Chip == nil {
		return nil, api.NewError(api.CodeChipAbsent, "chip_absent")
	}
	found, err := c.cfg.Chip(ctx)
	if err != nil {
		return nil, err
	}
	c.chip = found
	return found, nil
}

// chipName is what the disk keeps of a chip's name.
func chipName(ring vault.Secret, name []byte) string {
	m := hmac.New(sha256.New, vault.ChipNameKey(ring))
	m.Write(name)
	return hex.EncodeToString(m.Sum(nil))
}

// openItem takes up a key in a chip. Where the chip gives nothing, the key comes
// with the trouble: its public half is known all the same.
func (c *Client) openItem(ctx context.Context, k *keyring, it *chipItem) (*deviceKey, error) {
	d := &deviceKey{kind: it.Kind, item: it, signer: unable{}}
	public, err := chip.PublicOf(it.Key)
	if err != nil {
		return d, err
	}
	keyid, err := sign.Thumbprint(sign.FromPublic(public))
	if err != nil {
		return d, api.Wrap(api.CodeChipFailed, err)
	}
	d.public, d.signer = public, unable{keyid}
	found, err := c.theChip(ctx)
	if err != nil {
		return d, err
	}
	auth := vault.ChipAuth(k.ring)
	key, err := found.LoadKey(ctx, it.Key, auth)
	if err != nil {
		return d, err
	}
	d.hardware, err = found.Unseal(ctx, it.Secret, auth)
	if api.CodeOf(err) == api.CodeChipCleared && it.Name != "" {
		err = chip.Lost(ctx, found, func(name []byte) bool { return hmac.Equal([]byte(chipName(k.ring, name)), []byte(it.Name)) })
	}
	if err != nil {
		return d, err
	}
	d.signer = chipSigner{key, keyid}
	return d, nil
}

// newItem makes a key and S_hw in the chip.
func (c *Client) newItem(ctx context.Context, ring vault.Secret) (*chipItem, error) {
	found, err := c.theChip(ctx)
	if err != nil {
		return nil, err
	}
	var secret vault.Secret
	if _, err := io.ReadFull(c.cfg.Rand, secret[:]); err != nil {
		return nil, api.Wrap(api.CodeInternal, err)
	}
	defer clear(secret[:])
	auth := vault.ChipAuth(ring)
	key, err := found.NewKey(ctx, auth)
	if err != nil {
		return nil, err
	}
	it := &chipItem{Kind: found.Kind(), Key: key.Blob()}
	if it.Secret, err = found.Seal(ctx, secret, auth); err != nil {
		return nil, err
	}
	switch name, err := found.Name(ctx); {
	case err == nil:
		it.Name = chipName(ring, name)
	case recoverable(err):
		return nil, err
	default:
		c.cfg.Log.Info("the chip does not say its name", "error", err)
	}
	return it, nil
}

// makeOwn makes the device key of a new profile: in the chip where one opens,
// else in the keyring. A chip that is only busy is worth waiting for; what an
// interrupted attempt made stays, unless its chip is lost.
func (c *Client) makeOwn(ctx context.Context, store keystore.Store) error {
	raw, err := store.Get(ctx, keystore.DeviceKey)
	if err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return err
	}
	if err == nil && string(raw) != chipMarker {
		return nil // in the keyring already
	}
	k, err := c.ringOf(ctx, store)
	if err != nil {
		return err
	}
	rec, err := c.loadChips()
	if err != nil && api.CodeOf(err) != api.CodeStateBroken {
		return err
	}
	if rec.Current != nil {
		_, err := c.openItem(ctx, k, rec.Current)
		if err == nil {
			return keystore.SetVerified(ctx, store, keystore.DeviceKey, []byte(chipMarker))
		}
		if recoverable(err) {
			return err
		}
	}
	it, err := c.newItem(ctx, k.ring)
	switch {
	case err == nil:
		if err := c.storeChips(chips{Current: it}); err != nil {
			return err
		}
		return keystore.SetVerified(ctx, store, keystore.DeviceKey, []byte(chipMarker))
	case chipTrouble(err) == "" || recoverable(err):
		return err
	}
	if c.cfg.Chip != nil {
		c.cfg.Log.Info("no chip holds the device key", "code", api.CodeOf(err))
	}
	return c.makeSoft(ctx, store)
}

// makeSoft makes the device key in the keyring. The file of a chip goes first: it
// would name another key.
func (c *Client) makeSoft(ctx context.Context, store keystore.Store) error {
	if err := c.storeChips(chips{}); err != nil {
		return err
	}
	scalar, err := c.newKey()
	if err != nil {
		return api.Wrap(api.CodeInternal, err)
	}
	return keystore.SetVerified(ctx, store, keystore.DeviceKey, scalar)
}

// ringOf reads the keyring's secret alone.
func (c *Client) ringOf(ctx context.Context, store keystore.Store) (*keyring, error) {
	k := &keyring{store: store, rand: c.cfg.Rand}
	raw, err := store.Get(ctx, keystore.Ring)
	if err != nil {
		return nil, lost(err)
	}
	if len(raw) != len(k.ring) {
		return nil, api.NewError(api.CodeKeyringLost)
	}
	copy(k.ring[:], raw)
	return k, nil
}
