package app

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/seed-1feef0b2/holdfast/api"
)

// shareOf is this peer's share of a generation.
func shareOf(generation int) [32]byte { return [32]byte{7, byte(generation)} }

// checkedIn answers a check-in of an activated device: it confirms a rotation, and
// gives what the report asks for.
func (p *peer) checkedIn(in api.CheckInRequest) api.DeviceReply {
	if p.pending != 0 && in.Generation == p.pending {
		p.generation, p.pending = p.pending, 0
	}
	r := p.describe()
	if in.RulesVersion < p.rulesVersion {
		r.Rules = p.rules
	}
	if in.Locked {
		r.Release = p.seal(p.generation, in.Ephemeral)
	}
	if p.pending != 0 && in.Ephemeral != "" {
		r.Next = p.seal(p.pending, in.Ephemeral)
	}
	return r
}

func (p *peer) rotate(body []byte) (int, any) {
	var in api.RotateRequest
	if err := json.Unmarshal(body, &in); err != nil || in.Ephemeral == "" {
		p.t.Error("a rotation without a key")
	}
	if p.state != api.DeviceActivated {
		return 409, problemOf(409, api.CodeNotActivated)
	}
	if p.pending == 0 {
		p.pending = p.generation + 1
	}
	return 0, p.describe()
}

// page gives two events a page.
func (p *peer) page(before string) api.History {
	at, _ := strconv.ParseInt(before, 10, 64)
	out := api.History{Events: []api.Event{}}
	for i := len(p.events) - 1; i >= 0; i-- {
		e := p.events[i]
		if at != 0 && e.Seq >= at {
			continue
		}
		if len(out.Events) == 2 {
			out.Before = out.Events[1].Seq
			break
		}
		out.Events = append(out.Events, e)
	}
	return out
}

// seal seals the share of a generation to a request's key, nil without one.
func (p *peer) seal(generation int, ephemeral string) *api.Release {
	raw, err := base64.RawURLEncoding.DecodeString(ephemeral)
	if err != nil || len(raw) == 0 {
		return nil
	}
	pub, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(raw)
	if err != nil {
		p.t.Error(err)
		return nil
	}
	enc, to, err := hpke.NewSender(pub, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("holdfast release v1"))
	if err != nil {
		p.t.Error(err)
		return nil
	}
	share := shareOf(generation)
	sealed, err := to.Seal([]byte("dev1"), share[:])
	if err != nil {
		p.t.Error(err)
	}
	return &api.Release{
		Generation: generation, Enc: base64.RawURLEncoding.EncodeToString(enc), Sealed: base64.RawURLEncoding.EncodeToString(sealed),
	}
}
