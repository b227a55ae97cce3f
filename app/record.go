package app

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Names of a profile's files.
const (
	identityFile = "identity.json"
	identityCopy = "identity.copy.json"
	stateFile    = "state.json"
	chainFile    = "chain.json"
	vaultFile    = "vault.hf"
	labelsFile   = "labels.hf"
	settingsFile = "settings.json"
	lockFile     = "lock"
	historyFile  = "history.hf"
	chipFile     = "chip.json"
	rulesFile    = "rules.json"
	serverFile   = "server.json"
)

// recordSchema is the version of the profile's JSON files that this program writes.
const recordSchema = 1

// identity says who this computer is. It is written before the keyring gets its
// first item, once more when the server has answered, and not again. A copy lies
// beside it: without it the keyring's items could not be found any more.
type identity struct {
	Schema int `json:"schema"`
	// Profile names this profile's items in the keyring: 32 hex digits.
	Profile string `json:"profile"`
	Server  string `json:"server"`
	Account string `json:"account,omitempty"`
	Device  string `json:"device,omitempty"`
	Name    string `json:"name,omitempty"`
	// Issuers are the two pinned keys of the server.
	Issuers api.IssuerKeys `json:"issuers"`
}

// record is what the server said last. Everything in it comes again with the
// next check-in, so a broken one costs nothing.
type record struct {
	Schema int `json:"schema"`
	// Told is the server's last word on this device: one of api.Device*.
	Told        string         `json:"told,omitempty"`
	Policy      string         `json:"policy,omitempty"`      // compact JWS
	Certificate string         `json:"certificate,omitempty"` // compact JWT
	Challenge   *api.Challenge `json:"challenge,omitempty"`
	Changes     []api.Change   `json:"changes,omitempty"`
	// Declined is the reference of the challenge that the person put off.
	Declined string `json:"declined,omitempty"`
	// ServerTime is the latest server time seen, RFC 3339.
	ServerTime string `json:"server_time,omitempty"`
	Checked    string `json:"checked,omitempty"`
	HoldUntil  string `json:"hold_until,omitempty"`
	// SigningOut says that the server was told: what is left is to forget.
	SigningOut bool `json:"signing_out,omitempty"`
	// Vault says that this profile has had a vault: a missing file is then a
	// loss, and no new one is made silently.
	Vault bool `json:"vault,omitempty"`
	// Unfit says that the share that the server has does not open the vault: it opens
	// on this computer as it was, and else a backup brings its keys back.
	Unfit bool `json:"unfit,omitempty"`
	// Bound names the policy that the vault's slots were made under; BoundVersion
	// is its version, 0 where it was not noted.
	Bound        string `json:"bound,omitempty"`
	BoundVersion int    `json:"bound_version,omitempty"`
	// Rotate is the generation that the vault is to be rotated to, until the
	// server was told that it is; 0 where none is wanted.
	Rotate  int          `json:"rotate,omitempty"`
	Windows []api.Window `json:"windows,omitempty"`
	Flags   []string     `json:"flags,omitempty"`
	// Wanted is the way that the last challenge beside activation is about.
	Wanted string `json:"wanted,omitempty"`
	// Past are the issuer keys that were pinned as current before, the latest first:
	// what is stored may be signed by them, and nothing new.
	Past []string `json:"past,omitempty"`
	// Strange are announcements of issuer keys for which no pinned key vouches; they
	// count when the owner gives the address again.
	Strange []string `json:"strange,omitempty"`
	// OtherKeys says that the server's last word was signed by a key that is not pinned.
	OtherKeys bool `json:"other_keys,omitempty"`
	// ContactLost says that the server lost the account's address.
	ContactLost bool `json:"contact_lost,omitempty"`
	// BackedUp is the SHA-256 of the list of keys that the last backup held.
	BackedUp string `json:"backed_up,omitempty"`
}

// chain is the chain pair, on the disk before it is sent. Until it is answered,
// the same pair is sent again: it may have arrived.
type chain struct {
	Schema int `json:"schema"`
	// Prev is empty in the pair of an enrolment, whose Next is the first value.
	Prev     string `json:"prev"`
	Next     string `json:"next"`
	Answered bool   `json:"answered"`
	// RekeyNext is the first value of a new key's chain while a fork's answer is
	// under way.
	RekeyNext string `json:"rekey_next,omitempty"`
	// Lost says that the new key takes the place of one whose chip is lost, and
	// that the server was, or is about to be, asked for it.
	Lost bool `json:"lost,omitempty"`
}

// errNoFile says that a file of the profile is not there.
var errNoFile = errors.New("no such file")

// load reads a JSON file of the profile into v. A newer file is refused with
// state_newer and left alone. A file that cannot be understood is set aside,
// noted, and answered with state_broken.
func (c *Client) load(name string, v any) error {
	raw, err := c.cfg.Disk.Read(c.path(name))
	if missing(err) {
		return errNoFile
	}
	if err != nil {
		return fileError(err)
	}
	var head struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(raw, &head); err == nil && head.Schema > recordSchema {
		return api.NewError(api.CodeStateNewer, "update").With("File", name)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err = dec.Decode(v)
	if err == nil && head.Schema == recordSchema && !dec.More() {
		return nil
	}
	if _, err := c.cfg.Disk.SetAside(c.path(name)); err != nil {
		return fileError(err)
	}
	c.notes[warnAside] = true
	return api.Wrap(api.CodeStateBroken, err).With("File", name)
}

// store writes a JSON file of the profile, whole or not at all.
func (c *Client) store(name string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return api.Wrap(api.CodeInternal, err)
	}
	return fileError(c.cfg.Disk.Replace(c.path(name), append(raw, '\n')))
}
