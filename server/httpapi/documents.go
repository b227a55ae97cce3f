package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/seed-1feef0b2/holdfast/api"
)

// documents registers what needs no signature: health, keys, the OpenAPI document.
func (a *API) documents() {
	a.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		a.document200(w, jsonType, "", []byte(`{"status":"ok"}`))
	})
	a.mux.HandleFunc("GET /readyz", a.ready)
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		a.document200(w, "application/vnd.oai.openapi+json;version=3.1", "public, max-age=300", a.document)
	})
	a.mux.HandleFunc("GET /.well-known/jwks.json", a.keys)
}

func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.cfg.Service.Ready(r.Context()); err != nil {
		newProblem(api.Wrap(api.CodeBusy, err), a.cfg.Now()).write(w)
		return
	}
	a.document200(w, jsonType, "", []byte(`{"status":"ready"}`))
}

// keys answers with the JWK set (RFC 7517).
func (a *API) keys(w http.ResponseWriter, _ *http.Request) {
	set, err := json.Marshal(a.cfg.Service.JWKS())
	if err != nil {
		newProblem(err, a.cfg.Now()).write(w)
		return
	}
	a.document200(w, "application/jwk-set+json", "public, max-age=300", set)
}

func (a *API) document200(w http.ResponseWriter, contentType, cache string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	if cache != "" {
		w.Header().Set("Cache-Control", cache)
	}
	_, _ = w.Write(append(body[:len(body):len(body)], '\n'))
}
