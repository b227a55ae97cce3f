package app

import (
	"context"
	"encoding/json"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// defaultName is this computer's name in messages where nobody gave one.
const defaultName = "computer"

// Register makes an account with this computer as its first. The code that was
// sent confirms the address and activates this computer. It refuses with
// already_enrolled on a computer that has an account, with container where there
// is no computer to recognise, and passes on what the server refuses.
func (c *Client) Register(ctx context.Context, in RegisterInput) (Status, error) {
	return c.join(ctx, in.Name, func(r *remote.Client, k *keyring, d api.NewDevice) (api.EnrolReply, error) {
		req := api.RegisterRequest{Email: in.Email, Password: in.Password, Language: c.language(), Device: d}
		return r.Register(ctx, k.signer(), req, bodyKey(k, api.RouteAccounts, req))
	})
}

// Enrol adds this computer to an account. It refuses like Register.
func (c *Client) Enrol(ctx context.Context, in EnrolInput) (Status, error) {
	return c.join(ctx, in.Name, func(r *remote.Client, k *keyring, d api.NewDevice) (api.EnrolReply, error) {
		req := api.EnrolRequest{Login: in.Login, Password: in.Password, Device: d}
		return r.Enrol(ctx, k.signer(), req, bodyKey(k, api.RouteDevices, req))
	})
}

type post func(*remote.Client, *keyring, api.NewDevice) (api.EnrolReply, error)

// join is what registering and enrolling share, in the order that survives a
// kill at any write: profile id, keyring written and read back, first chain
// value, request, answer. Until the answer is stored, the same keys and the same
// chain value are offered again.
func (c *Client) join(ctx context.Context, name string, send post) (Status, error) {
	s, err := c.begin(ctx)
	if err != nil {
		return Status{}, err
	}
	defer s.end()
	if enrolled(s.id) {
		return s.status(ctx), api.NewError(api.CodeAlreadyEnrolled, "status")
	}
	if what, inside := fingerprint.Container(s.cfg.Source); inside {
		return s.status(ctx), api.NewError(api.CodeContainer).With("What", what)
	}
	snapshot, ok := s.readComputer(ctx)
	if !ok {
		return s.status(ctx), api.NewError(api.CodeReadFailed, "report")
	}
	r, k, first, err := s.prepare(ctx, name)
	if err != nil {
		return s.status(ctx), err
	}
	reply, err := send(r, k, api.NewDevice{
		Key: k.public(), Hardware: k.hardware(), Name: s.id.Name,
		Snapshot: digests(snapshot, k.ring), Next: first,
	})
	s.asked(err)
	if err != nil {
		return s.status(ctx), err
	}
	if err := s.joined(reply); err != nil {
		return s.status(ctx), err
	}
	return s.status(ctx), nil
}

// prepare writes who this computer will be, its keys and the first chain value.
func (s *session) prepare(ctx context.Context, name string) (*remote.Client, *keyring, string, error) {
	address := s.address()
	if address == "" {
		return nil, nil, "", api.NewError(api.CodeUsage, "server")
	}
	r, err := s.server(address)
	if err != nil {
		return nil, nil, "", err
	}
	if name == "" {
		name = s.cfg.Name
	}
	if name == "" {
		name = defaultName
	}
	if err := s.introduce(r.Server(), name); err != nil {
		return nil, nil, "", err
	}
	k, err := s.makeSecrets(ctx, s.id)
	if err != nil {
		return nil, nil, "", err
	}
	first, err := s.firstValue()
	return r, k, first, err
}

// firstValue is the chain value that enrolling posts. It stays the same until
// the server has answered, so that a lost answer can be asked for again.
func (s *session) firstValue() (string, error) {
	var ch chain
	err := s.load(chainFile, &ch)
	if err == nil && ch.Prev == "" && ch.Next != "" && !ch.Answered {
		return ch.Next, nil
	}
	if api.CodeOf(err) == api.CodeStateNewer {
		return "", err
	}
	next, err := s.random(chainBytes)
	if err != nil {
		return "", err
	}
	return next, s.storeChain(chain{Next: next})
}

// introduce writes the identity before anything depends on it.
func (s *session) introduce(server, name string) error {
	if s.id == nil {
		profile, err := s.random(16)
		if err != nil {
			return err
		}
		// A sign-out that was cut short at its last step leaves its note.
		if err := s.cfg.Disk.Remove(s.path(stateFile)); err != nil && !missing(err) {
			return fileError(err)
		}
		s.id = &identity{Profile: profile}
	}
	s.id.Schema, s.id.Server, s.id.Name = recordSchema, server, name
	return s.storeIdentity(s.id)
}

// joined stores the server's answer. The identity comes last: before it, this
// computer still counts as not enrolled and asks again.
func (s *session) joined(r api.EnrolReply) error {
	id := *s.id
	id.Account, id.Device, id.Issuers = r.Account, r.DeviceID, r.Issuers
	if _, err := verifyPolicy(r.Policy, &id); err != nil {
		return err
	}
	s.state = &record{Told: api.DevicePending, Policy: r.Policy, Challenge: &r.Challenge, ServerTime: r.Time, Checked: r.Time}
	if err := s.save(); err != nil {
		return err
	}
	if err := s.storeIdentity(&id); err != nil {
		return err
	}
	s.id = &id
	return nil
}

// bodyKey is the Idempotency-Key of a request on a route.
func bodyKey(k *keyring, route string, body any) string {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // the api types are plain and always marshal
	}
	return idempotency(k, route, string(raw))
}

// digests gives a snapshot as the server may see it.
func digests(s fingerprint.Snapshot, ring vault.Secret) api.Snapshot {
	out := api.Snapshot{Schema: s.Schema, Platform: s.Platform, Rules: s.Rules, Components: []api.Component{}}
	from := map[[2]string]string{}
	for _, c := range s.Components {
		if c.From != "" && c.State == fingerprint.Present {
			from[[2]string{c.Kind, c.Place}] = c.From
		}
	}
	for _, d := range s.Digests(vault.DigestKey(ring)) {
		out.Components = append(out.Components, api.Component{
			Class: string(d.Class), Kind: d.Kind, Place: d.Place, State: string(d.State), Digest: d.Sum,
			From: from[[2]string{d.Kind, d.Place}],
		})
	}
	return out
}

func (c *Client) language() string {
	if c.cfg.Language == "" {
		return "en"
	}
	return c.cfg.Language
}
