package httpapi

import (
	"context"
	"crypto/ecdsa"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
)

// place is what a route's path names.
type place interface {
	ids() (device, reference string)
}

type (
	atRoot   struct{}
	atDevice struct {
		ID string `path:"id" maxLength:"64" doc:"The device; must be the one whose key signed."`
	}
	atChallenge struct {
		ID  string `path:"id" maxLength:"64" doc:"The device; must be the one whose key signed."`
		Ref string `path:"ref" maxLength:"16" doc:"The challenge's reference, such as K7Q."`
	}
	reply[T any] struct{ Body T }
	nothing      struct{}
)

func (atRoot) ids() (string, string)        { return "", "" }
func (p atDevice) ids() (string, string)    { return p.ID, "" }
func (p atChallenge) ids() (string, string) { return p.ID, p.Ref }

func (a *API) routes() {
	s := a.cfg.Service
	fresh[atRoot](a, api.RouteAccounts, "Register: make an account and activate its first computer", http.StatusCreated,
		func(r api.RegisterRequest) api.Key { return r.Device.Key }, s.Register)
	fresh[atRoot](a, api.RouteDevices, "Enrol another computer of an account", http.StatusCreated,
		func(r api.EnrolRequest) api.Key { return r.Device.Key }, s.Enrol)
	fresh[atDevice](a, api.RouteKeys, "Ask that a new key takes the place of one whose chip is lost", http.StatusOK,
		func(r api.ReplaceKeyRequest) api.Key { return r.Key }, s.ReplaceKey)
	read[atDevice](a, api.RouteDevice, "Where the device stands",
		func(ctx context.Context, c server.Caller, _ string) (api.DeviceReply, error) { return s.Device(ctx, c) })
	read[atChallenge](a, api.RouteChallenge, "The challenge, with its deliveries as they stand",
		func(ctx context.Context, c server.Caller, ref string) (api.Challenge, error) {
			return s.Challenge(ctx, c, ref)
		})
	write[atDevice](a, api.RouteCheckIns, "Report a fresh snapshot", own(s.CheckIn))
	write[atDevice](a, api.RouteRotations, "Ask for a new share, to give the vault a new master key", own(s.Rotate))
	write[atDevice](a, api.RouteAnnounce, "Announce a change of hardware: the challenge's code opens a change window", own(s.Announce))
	write[atChallenge](a, api.RouteDeliveries, "Send the code again", s.SendAgain)
	write[atChallenge](a, api.RouteAnswers, "Answer the challenge", s.Answer)
	a.security()
	a.signOut()
	a.history()
	a.describeBodies()
}

// fresh registers a route of a key that the server does not know yet: the one
// that signs is the one in the body.
func fresh[P place, B, O any](a *API, route, summary string, status int, key func(B) api.Key,
	call func(context.Context, server.Caller, B) (O, error),
) {
	op := a.operation(http.MethodPost, route, summary, status, reflect.TypeFor[B]())
	huma.Register(a.huma, op, func(ctx context.Context, p *P) (*reply[O], error) {
		w := wireOf(ctx)
		var b B
		if err := a.decode.decode(w.body, &b); err != nil {
			return nil, a.problem(ctx, err)
		}
		c, err := a.prove(ctx, op, *p, carried(key(b)))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return answer[O](ctx, a)(call(ctx, c, b))
	})
}

// write registers a route that changes something of a known device.
func write[P place, B, O any](a *API, route, summary string,
	call func(context.Context, server.Caller, string, B) (O, error),
) {
	op := a.operation(http.MethodPost, route, summary, http.StatusOK, reflect.TypeFor[B]())
	huma.Register(a.huma, op, func(ctx context.Context, p *P) (*reply[O], error) {
		c, err := a.prove(ctx, op, *p, a.known(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		var b B
		if err := a.decode.decode(wireOf(ctx).body, &b); err != nil {
			return nil, a.problem(ctx, err)
		}
		_, ref := (*p).ids()
		return answer[O](ctx, a)(call(ctx, c, ref, b))
	})
}

// own leaves out the reference that a route about the device itself has not.
func own[B, O any](call func(context.Context, server.Caller, B) (O, error)) func(context.Context, server.Caller, string, B) (O, error) {
	return func(ctx context.Context, c server.Caller, _ string, b B) (O, error) { return call(ctx, c, b) }
}

// read registers a route that changes nothing.
func read[P place, O any](a *API, route, summary string,
	call func(context.Context, server.Caller, string) (O, error),
) {
	op := a.operation(http.MethodGet, route, summary, http.StatusOK, nil)
	huma.Register(a.huma, op, func(ctx context.Context, p *P) (*reply[O], error) {
		c, err := a.prove(ctx, op, *p, a.known(ctx))
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		_, ref := (*p).ids()
		return answer[O](ctx, a)(call(ctx, c, ref))
	})
}

func (a *API) signOut() {
	op := a.operation(http.MethodPost, api.RouteSignOut, "Sign the computer out: its key and share are gone",
		http.StatusNoContent, reflect.TypeFor[api.SignOutRequest]())
	huma.Register(a.huma, op, func(ctx context.Context, p *atDevice) (*nothing, error) {
		c, err := a.prove(ctx, op, *p, a.known(ctx))
		if err == nil {
			err = a.decode.decode(wireOf(ctx).body, &api.SignOutRequest{})
		}
		if err == nil {
			err = a.cfg.Service.SignOut(ctx, c)
		}
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &nothing{}, nil
	})
}

func answer[O any](ctx context.Context, a *API) func(O, error) (*reply[O], error) {
	return func(out O, err error) (*reply[O], error) {
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		switch v := any(&out).(type) {
		case *api.EnrolReply:
			whole(&v.Challenge)
		case *api.DeviceReply:
			whole(v.Challenge)
		case *api.Challenge:
			whole(v)
		}
		return &reply[O]{out}, nil
	}
}

func (a *API) operation(method, route, summary string, status int, body reflect.Type) huma.Operation {
	op := huma.Operation{
		OperationID: operationID(method, route), Method: method, Path: route,
		Summary: summary, Description: how(method, route), Tags: []string{tagOf(route)}, DefaultStatus: status, MaxBodyBytes: -1,
		Parameters: signatureFields(body != nil),
	}
	if body != nil {
		a.bodies[route] = a.bodySchema(body)
	}
	return op
}

// describeBodies publishes the schemas of the request bodies. Huma is told of
// them only after it registered the routes: it would read the bodies itself.
func (a *API) describeBodies() {
	a.huma.OpenAPI().Tags = tags()
	for route, body := range a.bodies {
		a.huma.OpenAPI().Paths[route].Post.RequestBody = body
	}
}

type keyFunc = func(keyid string) (*ecdsa.PublicKey, error)

// known looks a device's key up.
func (a *API) known(ctx context.Context) keyFunc {
	return func(keyid string) (*ecdsa.PublicKey, error) {
		return a.cfg.Service.DeviceKey(ctx, keyid)
	}
}

// carried takes the key that came in the body; the keyid must be its own.
func carried(k api.Key) keyFunc {
	return func(keyid string) (*ecdsa.PublicKey, error) {
		own, err := sign.Thumbprint(k)
		if err != nil {
			return nil, api.NewError(api.CodeInvalidValue)
		}
		if own != keyid {
			return nil, api.NewError(api.CodeSignature)
		}
		return sign.PublicKey(k)
	}
}

// prove verifies the request's signature and says who is calling.
func (a *API) prove(ctx context.Context, op huma.Operation, p place, key keyFunc) (server.Caller, error) {
	w := wireOf(ctx)
	proof, err := sign.Verify(w.request, w.body, a.authority, a.cfg.Now(), key)
	if err != nil {
		return server.Caller{}, err
	}
	id, _ := p.ids()
	return server.Caller{
		KeyID: proof.KeyID, Nonce: proof.Nonce, Created: proof.Created, IP: w.ip,
		IdempotencyKey: w.request.Header.Get(sign.HeaderIdempotency),
		Route:          op.Method + " " + w.request.URL.EscapedPath(),
		BodyHash:       proof.BodyHash, DeviceID: id,
	}, nil
}
