package httpapi

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
)

// OutboxPath is the local outbox page; the same with ".json" is its list.
const OutboxPath = "/outbox"

// Shown is one message of the local outbox.
type Shown struct {
	To        string `json:"to"`
	Channel   string `json:"channel"`
	Kind      string `json:"kind"`
	Subject   string `json:"subject"`
	Text      string `json:"text"`
	Reference string `json:"reference"`
	Code      string `json:"code"` // empty in notices
	At        string `json:"at"`   // RFC 3339, UTC
}

// Outbox shows messages to the person in front of this computer, where there is
// no mail relay. Messages gives them newest last.
type Outbox struct{ Messages func() []Shown }

// ServeHTTP shows the page or the list, to this computer alone. The Host header
// must name it too: else a page of somebody else's, under a name that they
// pointed here, could read the codes.
func (o Outbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", outboxPolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if !here(r.Host) || !fromHere(r.RemoteAddr) {
		http.Error(w, "This page is for this computer alone.", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET.", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case OutboxPath:
		o.page(w, r)
	case OutboxPath + ".json":
		h.Set("Content-Type", jsonType)
		list := o.Messages()
		if list == nil {
			list = []Shown{}
		}
		_ = json.NewEncoder(w).Encode(list)
	default:
		http.NotFound(w, r)
	}
}

// here says whether a Host header names this computer.
func here(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

func fromHere(remote string) bool {
	a, err := netip.ParseAddrPort(remote)
	return err == nil && a.Addr().Unmap().IsLoopback()
}
