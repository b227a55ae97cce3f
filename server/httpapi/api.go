package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// Config is what the handler needs. Every field without "may" must be filled.
type Config struct {
	Service Service
	// Origin is where clients reach this server, such as
	// https://keys.example.org: its authority is what requests are signed for.
	Origin string
	Now    func() time.Time
	Log    *slog.Logger
	// Version is shown in the OpenAPI document; may be empty.
	Version string
	// TrustedProxies are the operator's own proxies: what they say in X-Forwarded-For
	// counts. Empty for none.
	TrustedProxies []netip.Prefix
	// Concurrent is how many requests are served at once, the rest is told
	// "busy"; may be 0 for 256.
	Concurrent int
	// Watch is called with every request's context as it comes in; the context that it
	// gives goes on, and the function is called with how the request ended. Nil watches
	// nothing.
	Watch func(context.Context) (context.Context, func(Seen))
}

// Seen is what may be known of a request outside: the pattern of its route (empty for
// what is none), the status, the problem's code and the time it took.
type Seen struct {
	Route  string
	Status int
	Code   string
	Took   time.Duration
}

// API is the handler of every route of version 1 and of the documents beside
// it. It holds no state of its own.
type API struct {
	cfg       Config
	authority string
	huma      huma.API
	mux       *http.ServeMux
	decode    *decoder
	requests  []reflect.Type // whose bodies are decoded
	places    chan struct{}
	secured   map[string][]string // what every reply's header begins with; nobody changes it
	document  []byte
	bodies    map[string]*huma.RequestBody // by route
}

const defaultConcurrent = 256

// New makes the handler. It fails for an origin that is not scheme, host and
// port, and for a missing part.
func New(cfg Config) (*API, error) {
	if cfg.Service == nil || cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("httpapi: service, clock and log are needed")
	}
	authority, err := sign.Authority(cfg.Origin)
	if err != nil {
		return nil, err
	}
	if cfg.Concurrent <= 0 {
		cfg.Concurrent = defaultConcurrent
	}
	a := &API{
		cfg: cfg, authority: authority, mux: http.NewServeMux(),
		places: make(chan struct{}, cfg.Concurrent), bodies: map[string]*huma.RequestBody{},
		secured: secured(cfg.Origin),
	}
	problemsAreOurs()
	a.huma = humago.New(a.mux, humaConfig(cfg))
	a.routes()
	narrow(a.registry())
	a.decode = newDecoder(a.registry(), a.requests)
	if a.document, err = a.huma.OpenAPI().MarshalJSON(); err != nil {
		return nil, err
	}
	a.documents()
	return a, nil
}

func humaConfig(cfg Config) huma.Config {
	c := huma.DefaultConfig("Holdfast activation server", cfg.Version)
	c.CreateHooks = nil // no $schema in replies
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.Servers = []*huma.Server{{URL: cfg.Origin}}
	c.Info.Description = description
	return c
}

const description = "Every request of a device is signed with its key: HTTP message signatures (RFC 9421), " +
	"the fixed profile holdfast-v1. Problems are RFC 9457 with a stable code. Times are RFC 3339 in UTC."

// problemsAreOurs replaces huma's error model, which repeats what was sent.
// Huma has one per program, so this is done once, whoever comes first.
var problemsAreOurs = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError {
		return newProblem(api.NewError(codeOfStatus(status)), time.Time{})
	}
})

// codeOfStatus is for the few errors that huma itself makes.
func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return api.CodeBadRequest
	case http.StatusNotFound:
		return api.CodeNotFound
	case http.StatusUnprocessableEntity:
		return api.CodeInvalidValue
	default:
		return api.CodeInternal
	}
}

// registry holds the schemas of the OpenAPI document.
func (a *API) registry() huma.Registry { return a.huma.OpenAPI().Components.Schemas }

// bodySchema describes a request's body in the OpenAPI document.
func (a *API) bodySchema(t reflect.Type) *huma.RequestBody {
	a.requests = append(a.requests, t)
	return &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{jsonType: {Schema: a.registry().Schema(t, true, t.Name())}},
	}
}

// signatureFields are the header fields of the profile, for the document.
func signatureFields(body bool) []*huma.Param {
	names := []string{sign.HeaderInput, sign.HeaderSignature}
	if body {
		names = append(names, sign.HeaderDigest, sign.HeaderIdempotency)
	}
	list := make([]*huma.Param, 0, len(names))
	for _, n := range names {
		list = append(list, &huma.Param{
			Name: n, In: "header", Required: true,
			Description: "See the signature profile " + sign.Tag + ".",
			Schema:      &huma.Schema{Type: huma.TypeString},
		})
	}
	return list
}

func operationID(method, route string) string {
	r := strings.NewReplacer("/v1/", "", "{id}", "one", "{ref}", "one", "/", "-")
	return strings.ToLower(method) + "-" + r.Replace(route)
}
