package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/seed-1feef0b2/holdfast/app/vault"
)

// Backup writes all keys to a file under a passphrase, which brings them back
// on any computer of the person. An existing file is not overwritten.
func (c *Client) Backup(ctx context.Context, path, passphrase string) error {
	s, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer s.end()
	v := s.look(ctx, s.id, s.state)
	if err := v.allows(AccessRead); err != nil {
		return err
	}
	entries, err := v.vault.Entries()
	if err != nil {
		return err
	}
	if err := vault.WriteBackup(s.cfg.Disk, path, passphrase, entries); err != nil {
		return fileError(err)
	}
	list, err := v.vault.List()
	if err != nil {
		return err
	}
	s.state.BackedUp = listSum(list)
	return s.save()
}

// Restore brings the keys of a backup into the vault and says how many there
// were. Keys that are in the vault with another value are kept under their name,
// and the backup's goes beside them. Where the vault's file was lost or broken,
// or nothing opens it any more, a new one is made with the server's help; the old
// file is kept beside it.
func (c *Client) Restore(ctx context.Context, path, passphrase string) (int, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer s.end()
	v, err := s.writable(ctx)
	if err != nil {
		return 0, err
	}
	entries, err := vault.ReadBackup(s.cfg.Disk, path, passphrase)
	if err != nil {
		return 0, fileError(err)
	}
	there, err := v.vault.Entries()
	if err != nil {
		return 0, err
	}
	return len(entries), fileError(v.vault.PutAll(beside(there, entries)))
}

// writable gives a vault that may be written, making the one that was lost.
func (s *session) writable(ctx context.Context) (*view, error) {
	v := s.look(ctx, s.id, s.state)
	if v.now != Activated || !v.gone() {
		return v, v.allows(AccessWrite)
	}
	s.remake = true
	defer func() { s.remake = false }()
	if err := s.checkIn(ctx); err != nil {
		return nil, err
	}
	v = s.look(ctx, s.id, s.state)
	return v, v.allows(AccessWrite)
}

// beside gives what of a backup has to be put into the vault so that nothing is
// lost: a key that is there with another value keeps its name, and the backup's
// gets a number.
func beside(there, backup []vault.Entry) []vault.Entry {
	values := make(map[string][]byte, len(there))
	for _, e := range there {
		values[e.Name] = e.Value
	}
	var out []vault.Entry
	for _, e := range backup {
		name := e.Name
		for n := 2; ; n++ {
			old, taken := values[e.Name]
			if taken && bytes.Equal(old, e.Value) {
				break
			}
			if !taken {
				values[e.Name] = e.Value
				out = append(out, e)
				break
			}
			e.Name = numbered(name, n)
		}
	}
	return out
}

// numbered gives a free-standing name beside a taken one, cut to what a name may be.
func numbered(name string, n int) string {
	suffix := fmt.Sprintf("-%d", n)
	return name[:min(len(name), vault.MaxName-len(suffix))] + suffix
}

// listSum tells one list of keys from another: names and times of making, not values.
func listSum(list []vault.Info) string {
	var b strings.Builder
	for _, i := range list {
		fmt.Fprintf(&b, "%q %d %d\n", i.Name, i.Created.Unix(), i.Size)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
