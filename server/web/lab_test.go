package web

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

const (
	origin       = "https://keys.example.org"
	longPassword = "seven quiet boats at noon"
)

var ctx = context.Background()

// lab is the console over the real rules and a real database.
type lab struct {
	*testing.T
	svc     *server.Service
	console *Console
	at      atomic.Int64
	log     bytes.Buffer
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{T: t}
	l.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Unix())
	var err error
	l.svc, err = server.New(server.Config{
		Store: storetest.SQLite(t).Open(), Now: l.now, Master: server.NewSealer([32]byte{7}), Origin: origin,
	})
	l.must(err)
	l.console, err = New(Config{
		Service: l.svc, Origin: origin + "/", Now: l.now, Log: slog.New(slog.NewJSONHandler(&l.log, nil)),
		Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("198.51.100.9") },
	})
	l.must(err)
	return l
}

func (l *lab) now() time.Time       { return time.Unix(l.at.Load(), 0).UTC() }
func (l *lab) pass(d time.Duration) { l.at.Add(int64(d / time.Second)) }

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// browser is one with one cookie and the forms that it was shown.
type browser struct {
	l      *lab
	cookie string
	lang   string
	secret string // of the second factor
	last   string // the last page
}

// ask sends a request and follows nothing.
func (b *browser) ask(method, path string, form url.Values, change ...func(*http.Request)) *http.Response {
	b.l.Helper()
	r := httptest.NewRequest(method, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", b.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-holdfast-console", Value: b.cookie})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	b.l.console.ServeHTTP(w, r)
	resp := w.Result()
	b.last = w.Body.String()
	for _, c := range resp.Cookies() {
		b.cookie = c.Value
	}
	return resp
}

func (b *browser) get(path string) *http.Response { return b.ask(http.MethodGet, path, nil) }

// post fills the form's token in, as a page does.
func (b *browser) post(path string, pairs ...string) *http.Response {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	if b.cookie != "" {
		form.Set("csrf", b.csrf())
	}
	return b.ask(http.MethodPost, path, form)
}

func (b *browser) csrf() string {
	return (&call{seat: server.Seat{Token: b.cookie}}).csrf()
}

func (b *browser) code() string {
	s, err := totp.GenerateCode(b.secret, b.l.now())
	b.l.must(err)
	return s
}

// signedIn gives the browser of a new user of a role, who followed the link.
func (l *lab) signedIn(role server.Role) *browser {
	l.Helper()
	in, err := l.svc.AddUser(ctx, role, string(role)+hex.EncodeToString(random(3)))
	l.must(err)
	b := &browser{l: l, lang: "en"}
	path := strings.TrimPrefix(Link(origin, in.Token), origin)
	if r := b.get(path); r.StatusCode != http.StatusOK {
		l.Fatalf("link: %d %s", r.StatusCode, b.last)
	}
	b.secret = regexp.MustCompile(`<code class="secret">([A-Z2-7]+)</code>`).FindStringSubmatch(b.last)[1]
	if r := b.post(path, "password", longPassword, "again", longPassword, "code", b.code()); r.StatusCode != http.StatusSeeOther || b.cookie == "" {
		l.Fatalf("link: %d %s", r.StatusCode, b.last)
	}
	return b
}

func random(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out)
	return out
}

// account gives an account with a computer that waits for its code, the device,
// and that code.
func (l *lab) account(email string) (number, device, code string) {
	l.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	l.must(err)
	public := sign.FromPublic(&key.PublicKey)
	keyid, err := sign.Thumbprint(public)
	l.must(err)
	snapshot := api.Snapshot{Schema: api.SchemaVersion, Platform: "linux"}
	for _, k := range server.Required("linux") {
		snapshot.Components = append(snapshot.Components, api.Component{
			Class: classOf(k), Kind: k, State: api.StatePresent, Digest: hex.EncodeToString(random(16)),
		})
	}
	reply, err := l.svc.Register(ctx, server.Caller{
		KeyID: keyid, Nonce: base64.RawURLEncoding.EncodeToString(random(16)), Created: l.now(), IP: netip.MustParseAddr("203.0.113.7"),
	}, api.RegisterRequest{
		Email: email, Password: "a horse corrects the battery", Language: "en",
		Device: api.NewDevice{Key: public, Name: "Kim's <laptop>", Snapshot: snapshot, Next: hex.EncodeToString(random(16))},
	})
	l.must(err)
	list, err := l.svc.ClaimMessages(ctx, "w", 9)
	l.must(err)
	l.must(l.svc.MessageSent(ctx, list[0].ID, "250 2.0.0 Ok", ""))
	return reply.Account, reply.DeviceID, list[0].Code
}

func classOf(kind string) string {
	switch kind {
	case "install-id", "os-release", "kernel", "root-fs":
		return "os"
	case "firmware", "secure-boot":
		return "firmware"
	case "gpu-driver", "module":
		return "driver"
	case "package", "security-agent":
		return "sysapp"
	}
	return "hardware"
}
