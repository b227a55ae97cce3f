package app

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// peer is a server of one account and one device, just good enough to see what
// the client sends and to answer as a server would, or as a server must not.
// The real one is met in internal/apptest.
type peer struct {
	t    *testing.T
	http *httptest.Server
	now  func() time.Time
	key  ed25519.PrivateKey
	// next comes after key; changes were announced, by the key that was current before.
	next    ed25519.PrivateKey
	changes []change
	pinned  string // what the last check-in said

	mu        sync.Mutex
	device    api.Key
	state     string
	current   string // chain
	lastPair  [2]string
	known     []string // configurations
	challenge *api.Challenge
	code      string
	tries     int
	seen      []string // method and last part of the path, in order
	requests  map[string]int
	lose      string // the route whose answers are lost after they were done
	problem   *api.Problem
	policy    api.Policy
	tamper    func(*api.DeviceReply)
	// generation is that of the share in use; pending the one to rotate to, or 0.
	generation, pending int
	windows             []api.Window
	events              []api.Event
	rules               string // signed, sent to whoever has older ones
	rulesVersion        int
	reports             []api.CheckInRequest
	// asking is the request of a new key for a lost one; hardware what holds the
	// device's key; claim the registered claim key.
	asking          *api.ReplaceKeyRequest
	hardware, claim string
	secured         secured
	by              string // the channel of the last request to send again
}

func newPeer(t *testing.T, now func() time.Time) *peer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{
		t: t, key: key, next: newIssuer(t), now: now, generation: 1, requests: map[string]int{},
		policy: api.Policy{Name: api.Balanced, Version: 1, Groups: map[string][]string{
			api.GroupDisk: {"boot-disk"}, api.GroupInstallation: {"install-id"},
			api.GroupBoard: {"system-uuid", "system-serial", "board-serial"}, api.GroupNetwork: {"network-card"},
		}},
	}
	p.http = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.http.Close)
	return p
}

func (p *peer) jws(typ string, v any) string {
	p.t.Helper()
	opts := (&jose.SignerOptions{}).WithType(jose.ContentType(typ))
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: p.key}, opts)
	if err != nil {
		p.t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	j, err := s.Sign(raw)
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := j.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

func (p *peer) claims() api.CertificateClaims {
	id, _ := sign.Thumbprint(p.device)
	now := p.now()
	return api.CertificateClaims{
		Issuer: p.http.URL, Audience: api.Audience, IssuedAt: now.Unix(), Expires: now.Add(30 * 24 * time.Hour).Unix(),
		Account: "123456789012", Device: "dev1", Confirmation: api.Confirmation{Thumbprint: id},
		Policy: p.policy.Name, PolicyVersion: 1, Activation: "active", Assurance: api.AssuranceHigh,
	}
}

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	what := r.Method + " " + r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	p.seen = append(p.seen, what)
	if r.URL.Path == "/healthz" {
		p.reply(w, what, map[string]string{"status": "ok"})
		return
	}
	status, out := p.handle(r, what, body)
	if status != 0 {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	p.reply(w, what, out)
}

func (p *peer) reply(w http.ResponseWriter, what string, out any) {
	if p.lose == what {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = c.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (p *peer) handle(r *http.Request, what string, body []byte) (int, any) {
	if p.problem != nil {
		out := *p.problem
		p.problem = nil
		return out.Status, out
	}
	key := p.device
	if strings.HasSuffix(what, "accounts") || strings.HasSuffix(what, "devices") {
		var in struct {
			Device api.NewDevice `json:"device"`
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return 400, problemOf(400, api.CodeBadRequest)
		}
		key = in.Device.Key
	}
	key = p.signedBy(r, what, body, key)
	id, _ := sign.Thumbprint(key)
	_, err := sign.Verify(r, body, strings.TrimPrefix(p.http.URL, "http://"), p.now(), func(keyid string) (*ecdsa.PublicKey, error) {
		if keyid != id {
			return nil, api.NewError(api.CodeUnknownKey)
		}
		return sign.PublicKey(key)
	})
	if err != nil {
		return 401, problemOf(401, api.CodeOf(err))
	}
	if status, out, ok := p.security(r.URL.Path, what, body); ok {
		return status, out
	}
	switch {
	case strings.HasSuffix(what, "accounts"), strings.HasSuffix(what, "devices"):
		return p.enrol(body)
	case p.asks(r, key):
		return p.forNewKey(r, what, body)
	case strings.HasSuffix(what, "check-ins"):
		return p.checkIn(body)
	case strings.HasSuffix(what, "answers"):
		return p.answer(r.URL.Path, body)
	case strings.HasSuffix(what, "deliveries"):
		var in api.DeliveryRequest
		_ = json.Unmarshal(body, &in)
		p.by = in.Channel
		return 0, *p.challenge
	case strings.HasSuffix(what, "rotations"):
		return p.rotate(body)
	case strings.HasSuffix(what, "announcements"):
		p.open(api.ReasonAnnounce)
		return 0, p.describe()
	case strings.HasSuffix(what, "history"):
		return 0, p.page(r.URL.Query().Get("before"))
	case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/challenges/"):
		if p.challenge == nil {
			return 404, problemOf(404, api.CodeNoChallenge)
		}
		return 0, *p.challenge
	case strings.HasSuffix(what, "sign-out"):
		p.state = api.DeviceRevoked
		return 0, map[string]string{}
	default:
		return 0, p.describe()
	}
}

func problemOf(status int, c string) api.Problem {
	return api.Problem{Type: "about:blank", Title: c, Status: status, Code: c}
}

func (p *peer) open(reason string) {
	p.code = code.WithCheck("4HTM3XR9")
	p.tries = 5
	p.challenge = &api.Challenge{
		Reference: "K7Q", State: api.ChallengeOpen, Reason: reason, Channel: api.ChannelEmail, Destination: "k•••@e•••.org",
		CodeKind: "crockford", CodeLength: 9, Opened: p.now().UTC().Format(time.RFC3339), TriesLeft: 5,
		Deliveries: []api.Delivery{{Channel: api.ChannelEmail, State: api.DeliveryQueued}},
	}
}

func (p *peer) enrol(body []byte) (int, any) {
	var in struct {
		Device api.NewDevice `json:"device"`
	}
	_ = json.Unmarshal(body, &in)
	if p.challenge == nil {
		p.device, p.state, p.current, p.hardware = in.Device.Key, api.DevicePending, in.Device.Next, in.Device.Hardware
		p.open(api.ReasonRegister)
	}
	if p.current != in.Device.Next {
		p.t.Errorf("a repeated enrolment brings another chain value")
	}
	return 0, api.EnrolReply{
		Account: "123456789012", DeviceID: "dev1", Policy: p.jws(api.PolicyType, p.policy), Challenge: *p.challenge,
		Issuers: api.IssuerKeys{
			Current: base64.RawURLEncoding.EncodeToString(p.key.Public().(ed25519.PublicKey)),
			Next:    base64.RawURLEncoding.EncodeToString(p.next.Public().(ed25519.PublicKey)),
		},
		Time: p.now().UTC().Format(time.RFC3339),
	}
}

func (p *peer) describe() api.DeviceReply {
	r := api.DeviceReply{
		State: p.state, Challenge: p.challenge, Time: p.now().UTC().Format(time.RFC3339), Rotate: p.pending, Windows: p.windows,
		ContactLost: p.secured.contactLost, Issuers: p.announced(),
	}
	if p.state == api.DeviceActivated {
		r.Certificate = p.jws(api.CertificateType, p.claims())
		r.Policy = p.jws(api.PolicyType, p.policy)
	}
	if p.tamper != nil {
		p.tamper(&r)
	}
	return r
}

// identity is what of a snapshot counts for this peer.
func identityOf(s api.Snapshot) string {
	var b strings.Builder
	for _, c := range s.Components {
		switch c.Kind {
		case "boot-disk", "install-id", "system-uuid", "system-serial", "board-serial":
			b.WriteString(c.Kind + c.State + c.Digest)
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return string(sum[:])
}

func (p *peer) checkIn(body []byte) (int, any) {
	var in api.CheckInRequest
	_ = json.Unmarshal(body, &in)
	p.asking = nil // the device's own key was heard
	p.requests[in.Prev+in.Next]++
	p.reports = append(p.reports, in)
	p.pinned = in.Issuer
	switch {
	case p.lastPair == [2]string{in.Prev, in.Next}:
	case in.Prev == p.current:
		p.current, p.lastPair = in.Next, [2]string{in.Prev, in.Next}
	default:
		p.state = api.DeviceFrozen
		p.open(api.ReasonFork)
		return 0, p.describe()
	}
	if p.state != api.DeviceActivated && p.state != "changed" {
		return 0, p.describe()
	}
	for _, k := range p.known {
		if k == identityOf(in.Snapshot) {
			p.state = api.DeviceActivated
			if p.challenge != nil && !aside(p.challenge.Reason) {
				p.challenge = nil
			}
			return 0, p.checkedIn(in)
		}
	}
	p.state = "changed"
	if p.challenge == nil {
		p.open(api.ReasonChanged)
		p.challenge.Changes = []api.Change{{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Count: 1}}
	}
	out := p.describe()
	out.State = api.DeviceLimited
	return 0, out
}

func (p *peer) answer(path string, body []byte) (int, any) {
	var in api.AnswerRequest
	_ = json.Unmarshal(body, &in)
	if p.challenge == nil || !strings.Contains(path, p.challenge.Reference) {
		return 409, problemOf(409, api.CodeUsed)
	}
	if in.Code != p.code {
		p.tries--
		p.challenge.TriesLeft = p.tries
		out := problemOf(422, api.CodeWrong)
		out.TriesLeft = &p.tries
		return 422, out
	}
	if p.challenge.Reason == api.ReasonFork {
		if in.NewKey == nil || in.NewNext == "" {
			return 422, problemOf(422, api.CodeRekeyNeeded)
		}
		id, _ := sign.Thumbprint(*in.NewKey)
		pub, _ := sign.PublicKey(*in.NewKey)
		proof, _ := base64.RawURLEncoding.DecodeString(in.NewProof)
		if !sign.VerifyMessage(pub, []byte("holdfast-rekey-v1\ndev1\n"+p.challenge.Reference+"\n"+id), proof) {
			p.t.Error("the new key does not prove itself")
		}
		p.device, p.current, p.lastPair, p.hardware = *in.NewKey, in.NewNext, [2]string{}, in.NewHardware
	}
	if p.claim == "" {
		p.claim = in.Claim
	}
	reason := p.challenge.Reason
	if reason == api.ReasonChip {
		p.device, p.current, p.lastPair, p.hardware = p.asking.Key, p.asking.Next, [2]string{}, p.asking.Hardware
		p.asking = nil
	}
	p.state, p.challenge = api.DeviceActivated, nil
	if reason == api.ReasonAnnounce {
		p.windows = []api.Window{{
			ID: "w1", Origin: api.WindowPerson, Groups: []string{api.GroupDisk},
			From: p.now().UTC().Format(time.RFC3339), To: p.now().Add(72 * time.Hour).UTC().Format(time.RFC3339),
		}}
		return 0, p.describe()
	}
	if aside(reason) {
		p.secureAnswer(reason)
		return 0, p.describe()
	}
	if reason == api.ReasonFork || reason == api.ReasonChip {
		p.pending = p.generation + 1
	}
	p.known = append(p.known, identityOf(in.Snapshot))
	r := p.describe()
	r.Release = p.seal(p.generation, in.Ephemeral)
	if p.pending != 0 {
		r.Next = p.seal(p.pending, in.Ephemeral)
	}
	return 0, r
}
