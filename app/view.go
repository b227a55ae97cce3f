package app

import (
	"context"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// readBudget bounds one reading of this computer. It is far above what a read
// takes, so that a busy computer is not taken for a changed one.
const readBudget = 5 * time.Second

// shut forgets the open vault and the keys.
func (c *Client) shut() {
	c.drop()
	c.memo.Forget()
	if c.chip != nil {
		if err := c.chip.Close(); err != nil {
			c.cfg.Log.Warn("chip", "error", err)
		}
		c.chip = nil
	}
	c.ring, c.rules = nil, nil
}

func (c *Client) drop() {
	if c.open != nil {
		c.open.Close()
		c.open = nil
	}
}

// view is all that can be known without asking the server.
type view struct {
	id    *identity
	state *record

	keys    *keyring
	keysErr error

	snapshot fingerprint.Snapshot
	read     bool

	policy    api.Policy
	hasPolicy bool
	claims    *api.CertificateClaims

	vault    *vault.Vault
	vaultErr error
	// generation is that of the share that opens the vault, 0 without a vault.
	generation int
	// rules is the version of the placeholder rules that this computer was read
	// under.
	rules int
	// typed says that a code was typed for what is settled now.
	typed bool
	// unfit says that the share that came does not open the vault.
	unfit bool

	// remake allows a vault that was lost to be made anew.
	remake bool

	facts  Facts
	now    State
	access Access
}

// look gathers the facts of a profile and derives the state.
func (c *Client) look(ctx context.Context, id *identity, st *record) *view {
	v := &view{id: id, state: st, remake: c.remake, rules: c.loadRules(id).Version()}
	v.snapshot, v.read = c.readComputer(ctx)
	if enrolled(id) {
		v.keys, v.keysErr = c.secrets(ctx, id)
	}
	if v.keys != nil && v.keys.stuck() {
		v.keysErr = v.keys.trouble
	}
	if v.keys != nil {
		v.verify(c)
		if v.read {
			v.vault, v.vaultErr = c.openVault(v.keys, v.snapshot)
			if st.Unfit && api.CodeOf(v.vaultErr) == api.CodeVaultLocked {
				v.vaultErr = api.Wrap(api.CodeVaultLost, v.vaultErr)
			}
		} else {
			v.vaultErr = api.NewError(api.CodeReadFailed)
		}
		v.generation = c.generation(v)
	}
	v.facts = v.gather(c.cfg.Now())
	v.now, v.access = derive(v.facts)
	return v
}

// verify checks what the server signed.
func (v *view) verify(c *Client) {
	if v.state.Policy != "" {
		p, err := verifyPolicy(v.state.Policy, v.id, v.state.Past...)
		v.policy, v.hasPolicy = p, err == nil
	}
	if v.state.Certificate != "" {
		claims, err := verifyCertificate(v.state.Certificate, v.id, v.keys.thumbprint(), v.state.Past...)
		if err != nil {
			c.cfg.Log.Warn("certificate refused", "error", err)
			return
		}
		v.claims = claims
	}
}

func (v *view) gather(now time.Time) Facts {
	f := Facts{
		Enrolled: enrolled(v.id), Keys: v.keys != nil && !v.keys.stuck(), Told: v.state.Told,
		Proof: proof(v.claims, now), ClockBack: clockBack(now, v.state.ServerTime), Vault: VaultNone,
	}
	if ch := v.state.Challenge; ch != nil {
		f.Asked = asks(ch)
		f.Declined = v.state.Declined == ch.Reference
	}
	switch {
	case v.vault != nil:
		f.Vault = VaultOpen
	case api.CodeOf(v.vaultErr) == api.CodeVaultLocked:
		f.Vault = VaultLocked
	}
	return f
}

// readComputer reads this computer with time to spare, under the rules in use.
func (c *Client) readComputer(ctx context.Context) (fingerprint.Snapshot, bool) {
	s, err := c.readWith(ctx)
	if err != nil {
		c.cfg.Log.Warn("reading this computer", "error", err)
	}
	return s, err == nil
}

func (c *Client) readWith(ctx context.Context) (fingerprint.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, readBudget)
	defer cancel()
	return fingerprint.ReadWith(ctx, c.cfg.Source, fingerprint.Options{Rules: c.rules, Memo: c.lists})
}

func (c *Client) vaultConfig() vault.Config {
	return vault.Config{Disk: c.cfg.Disk, Path: c.path(vaultFile), Rand: c.cfg.Rand, Now: c.cfg.Now, Argon: c.cfg.Argon, Memo: &c.memo}
}

// openVault opens the vault on this computer as it is now. A broken file is set
// aside. The vault of an earlier look is closed.
func (c *Client) openVault(k *keyring, now fingerprint.Snapshot) (*vault.Vault, error) {
	c.drop()
	v, err := vault.Open(c.vaultConfig(), k.vaultKeys(), now)
	if api.CodeOf(err) == api.CodeVaultBroken {
		c.setVaultAside()
	}
	if err != nil {
		return nil, err
	}
	c.open = v
	return v, nil
}

// generation tells which share opens the vault, also while it is closed.
func (c *Client) generation(v *view) int {
	if v.vault != nil {
		return v.vault.Generation()
	}
	if v.gone() {
		return 0
	}
	o, err := vault.Look(c.vaultConfig(), v.keys.ring)
	if err != nil {
		return 0
	}
	return o.Generation
}

// keepOpen remembers a vault that was just made or opened with the server's share.
func (c *Client) keepOpen(v *vault.Vault) {
	if c.open != v {
		c.drop()
		c.open = v
	}
}

func (c *Client) setVaultAside() {
	if _, err := c.cfg.Disk.SetAside(c.path(vaultFile)); err != nil {
		c.cfg.Log.Warn("setting the vault aside", "error", err)
		return
	}
	c.notes[warnAside] = true
}
