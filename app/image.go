package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/api"
)

// serverRecord keeps the address of the server for a profile without an identity.
type serverRecord struct {
	Schema int    `json:"schema"`
	Server string `json:"server"`
}

// Prepared says what preparing an image came to.
type Prepared struct {
	// SignedOut says that the server knows that this computer is gone, or that
	// there was none to take off. Otherwise its owner takes it off elsewhere.
	SignedOut bool `json:"signed_out"`
}

// PrepareImage makes this profile one that may be cloned: identity, keyring items,
// chain, certificate, vault, labels, history and every file that was set aside go;
// settings and the server's address stay, so that each clone makes an identity of
// its own. It refuses with image_keys while the vault holds keys that no backup
// has, unless forgetKeys says that they may go. The server is told where it can be
// reached. Doing it again, also after a kill, finishes it.
func (c *Client) PrepareImage(ctx context.Context, forgetKeys bool) (Prepared, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Prepared{}, err
	}
	defer s.end()
	return s.prepareImage(ctx, forgetKeys)
}

func (s *session) prepareImage(ctx context.Context, forgetKeys bool) (Prepared, error) {
	aside, err := s.setAside()
	if err != nil {
		return Prepared{}, err
	}
	out := Prepared{SignedOut: true}
	if s.id != nil {
		if !s.state.SigningOut {
			v := s.look(ctx, s.id, s.state)
			if !forgetKeys && (v.wouldLose() || len(aside.vaults) > 0) {
				return Prepared{}, api.NewError(api.CodeImageKeys, "backup")
			}
			if err := s.store(serverFile, serverRecord{Schema: recordSchema, Server: s.id.Server}); err != nil {
				return Prepared{}, err
			}
			if out.SignedOut, err = s.leave(ctx); err != nil {
				return Prepared{}, err
			}
		}
		if err := s.forget(ctx); err != nil {
			return Prepared{}, err
		}
	} else {
		s.orphans(&aside)
		if !forgetKeys && len(aside.vaults) > 0 {
			return Prepared{}, api.NewError(api.CodeImageKeys, "backup")
		}
		out.SignedOut = !aside.identity
	}
	for _, path := range append(aside.vaults, aside.others...) {
		if err := s.cfg.Disk.Remove(path); err != nil && !missing(err) {
			return Prepared{}, fileError(err)
		}
	}
	return out, nil
}

// leave signs out at the server. One that cannot be reached, or keys that are lost,
// only mean that the owner has to take the computer off elsewhere.
func (s *session) leave(ctx context.Context) (bool, error) {
	err := s.tellSignOut(ctx, SignOutInput{})
	switch api.CodeOf(err) {
	case "":
		return true, nil
	case api.CodeServerAway, api.CodeAnswerLost, api.CodeProxySignIn, api.CodeCertificate, api.CodeServerReply,
		api.CodeKeyringLost, api.CodeBusy, api.CodeChipAbsent, api.CodeChipBusy, api.CodeChipCleared, api.CodeChipReplaced,
		api.CodeChipLockedOut, api.CodeChipFailed:
		s.cfg.Log.Warn("image: the server was not told", "error", err)
		return false, nil
	}
	return false, err
}

// leftovers are files of the profile that were set aside or left by a kill.
type leftovers struct {
	vaults, others []string
	// identity says that there was one, which is lost: nobody can sign out for it.
	identity bool
}

func (s *session) setAside() (leftovers, error) {
	var out leftovers
	list, err := os.ReadDir(s.cfg.Profile)
	if err != nil {
		return out, fileError(err)
	}
	for _, f := range list {
		path := filepath.Join(s.cfg.Profile, f.Name())
		kept, _ := filepath.Match(vaultFile+".broken-*", f.Name())
		other, _ := filepath.Match("*.broken-*", f.Name())
		temporary, _ := filepath.Match(".*.tmp-*", f.Name())
		switch {
		case kept:
			out.vaults = append(out.vaults, path)
		case other, temporary:
			out.others = append(out.others, path)
		}
	}
	return out, nil
}

// orphans adds the files of a profile whose identity is lost. What the server
// said last names account and computer.
func (s *session) orphans(out *leftovers) {
	for _, name := range []string{vaultFile, labelsFile, historyFile, rulesFile, chainFile, chipFile, stateFile} {
		path := s.path(name)
		if _, err := os.Lstat(path); err != nil {
			continue
		}
		switch name {
		case vaultFile:
			out.vaults, out.identity = append(out.vaults, path), true
		case stateFile: // the last thing that signing out removes
			out.others = append(out.others, path)
		default:
			out.others, out.identity = append(out.others, path), true
		}
	}
}

// address is the server for a profile that is not enrolled: the one that was
// named, the one that an image was prepared with, or the fallback.
func (c *Client) address() string {
	if c.cfg.Server != "" {
		return c.cfg.Server
	}
	var r serverRecord
	err := c.load(serverFile, &r)
	if err == nil && r.Server != "" {
		return r.Server
	}
	if err != nil && !errors.Is(err, errNoFile) {
		c.cfg.Log.Warn("server address", "error", err)
	}
	return c.cfg.Fallback
}
