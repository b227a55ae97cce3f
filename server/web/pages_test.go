package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestAnAccountsPage: what staff see of an account, and what they can do there; no
// page and no line of the log holds a code, an address or a token.
func TestAnAccountsPage(t *testing.T) {
	l := newLab(t)
	number, device, code := l.account("kim.nguyen@example.org")
	b := l.signedIn(server.RoleStaff)
	if r := b.post(Path+"/account", "number", number[:4]+" "+number[4:]); r.Header.Get("Location") != Path+"/account/"+number {
		t.Fatalf("search: %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	seen := ""
	page := func(want ...string) {
		t.Helper()
		seen += b.last
		for _, w := range want {
			if !strings.Contains(b.last, w) {
				t.Errorf("the page lacks %q:\n%s", w, b.last)
			}
		}
	}
	b.get(Path + "/account/" + number)
	page("k•••@e•••.org", "handed over", "250 2.0.0 Ok", "Kim&#39;s &lt;laptop&gt;", `action="`+Path+"/device/"+device+`/send"`)
	if r := b.post(Path + "/device/" + device + "/send"); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Location") != "" {
		t.Errorf("at once: %d", r.StatusCode)
	}
	page("Possible again from 2026-03-02 09:01 UTC")
	l.pass(2 * time.Minute)
	if r := b.post(Path + "/device/" + device + "/send"); r.Header.Get("Location") != Path+"/account/"+number+"?done=sent" {
		t.Errorf("send: %d %s", r.StatusCode, b.last)
	}
	b.get(Path + "/account/" + number + "?done=sent")
	page("on its way again")
	if r := b.post(Path+"/account/"+number+"/hold", "days", "7", "reason", "suspicion"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("hold: %d %s", r.StatusCode, b.last)
	}
	if r := b.post(Path+"/account/"+number+"/hold", "days", "2", "reason", "suspicion"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a shorter hold: %d", r.StatusCode)
	}
	if r := b.post(Path+"/device/"+device+"/revoke", "reason", "lost"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("revoke: %d %s", r.StatusCode, b.last)
	}
	b.get(Path + "/account/" + number + "?done=<script>")
	page("signed out", "until 2026-03-09")
	auditor := l.signedIn(server.RoleAuditor)
	auditor.get(Path + "/audit/" + number)
	seen += auditor.last
	r := auditor.get(Path + "/audit/" + number + "/export")
	if r.Header.Get("Content-Disposition") != `attachment; filename="audit-`+number+`.jsonl"` || !strings.Contains(auditor.last, `"console`) && !strings.Contains(auditor.last, `"viewed"`) {
		t.Errorf("export: %v %s", r.Header, auditor.last)
	}
	seen += auditor.last + l.log.String()
	for _, secret := range []string{code, "nguyen", b.cookie, auditor.cookie, "<script", longPassword} {
		if strings.Contains(seen, secret) {
			t.Errorf("%q is shown or logged", secret)
		}
	}
	if strings.Contains(l.log.String(), "/link/") && !strings.Contains(l.log.String(), "/link/{token}") || strings.Contains(l.log.String(), number) {
		t.Error("the log holds paths")
	}
}

// TestEveryPageInEveryLanguage: no sentence is missing, and nothing is fetched or
// run.
func TestEveryPageInEveryLanguage(t *testing.T) {
	l := newLab(t)
	number, device, _ := l.account("kim@example.org")
	_, err := l.svc.MakeAuditRoot(ctx)
	l.must(err)
	active := regexp.MustCompile(`(?i)<script|<link|<iframe| on[a-z]+=| style=|javascript:|https?://`)
	pages := 0
	for _, role := range server.Roles() {
		b := l.signedIn(role)
		for _, lang := range text.Languages {
			b.lang = lang
			for _, r := range l.console.routes() {
				if r.method != http.MethodGet || strings.HasSuffix(r.pattern, "/export") || r.right != "" && !role.May(r.right) {
					continue
				}
				resp := b.get(fill(r.pattern, number, device))
				if strings.Contains(b.last, "&lt;web.") || strings.Contains(b.last, "&lt;error.") || !strings.Contains(b.last, `<html lang="`+lang+`">`) {
					t.Errorf("%s in %s: %s", r.pattern, lang, b.last)
				}
				if bad := active.FindString(b.last); bad != "" {
					t.Errorf("%s: %q", r.pattern, bad)
				}
				if resp.Header.Get("Content-Security-Policy") != contentPolicy || resp.Header.Get("Cache-Control") != "no-store" ||
					resp.Header.Get("X-Frame-Options") != "DENY" || resp.Header.Get("Strict-Transport-Security") == "" {
					t.Errorf("%s: %v", r.pattern, resp.Header)
				}
				keep(t, string(role)+"-"+lang+strings.ReplaceAll(r.pattern, "/", "-"), b.last)
				pages++
			}
		}
	}
	if pages < 70 {
		t.Errorf("only %d pages", pages)
	}
}

// keep writes a page where somebody wants to look at it.
func keep(t *testing.T, name, page string) {
	dir := os.Getenv("HOLDFAST_PAGES")
	if dir == "" {
		return
	}
	name = strings.NewReplacer("{", "", "}", "").Replace(name)
	if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheCookieIsOfThisHostAlone(t *testing.T) {
	l := newLab(t)
	in, err := l.svc.AddUser(ctx, server.RoleOwner, "kim")
	l.must(err)
	v, err := l.svc.Link(ctx, in.Token)
	l.must(err)
	for where, want := range map[string]string{
		origin:                  "__Host-holdfast-console=…; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict",
		"http://127.0.0.1:7461": "holdfast-console=…; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict",
	} {
		var err error
		l.console, err = New(Config{
			Service: l.svc, Origin: where, Now: l.now, Log: slog.New(slog.DiscardHandler),
			Address: func(*http.Request) netip.Addr { return netip.Addr{} },
		})
		l.must(err)
		b := &browser{l: l, secret: v.Secret}
		path := strings.TrimPrefix(Link(where, in.Token), where)
		r := b.post(path, "password", longPassword, "again", "another", "code", b.code())
		if r.StatusCode != http.StatusUnprocessableEntity || len(r.Cookies()) != 0 {
			t.Errorf("two passwords: %d", r.StatusCode)
		}
		r = b.post(path, "password", longPassword, "again", longPassword, "code", b.code())
		got := strings.Replace(r.Header.Get("Set-Cookie"), b.cookie, "…", 1)
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", where, got, want)
		}
		l.pass(time.Minute)
		in, err = l.svc.InviteUser(ctx, "kim")
		l.must(err)
		v, err = l.svc.Link(ctx, in.Token)
		l.must(err)
	}
	b := &browser{l: l}
	if r := b.get(strings.TrimPrefix(Link(origin, "none"), origin)); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such link: %d", r.StatusCode)
	}
	if r := b.get(Path + "/nothing"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such page: %d", r.StatusCode)
	}
}

func TestSigningInByThePage(t *testing.T) {
	l := newLab(t)
	b := l.signedIn(server.RoleOwner)
	b.get(Path)
	name := regexp.MustCompile(`owner[0-9a-f]{6}`).FindString(b.last)
	out := b.post(Path + "/sign-out")
	if out.Header.Get("Location") != Path+"/sign-in" || b.cookie != "" {
		t.Errorf("signed out: %v", out.Header)
	}
	l.pass(time.Minute)
	if r := b.post(Path+"/sign-in", "name", name, "password", "wrong", "code", b.code()); r.StatusCode != http.StatusUnauthorized || strings.Contains(b.last, "wrong\"") {
		t.Errorf("wrong: %d %s", r.StatusCode, b.last)
	}
	if r := b.post(Path+"/sign-in", "name", name, "password", longPassword, "code", b.code()); r.Header.Get("Location") != Path || b.cookie == "" {
		t.Errorf("right: %d", r.StatusCode)
	}
	if r := b.post(Path+"/users", "name", "Lan", "role", "staff"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a bad name: %d", r.StatusCode)
	}
	b.post(Path+"/users", "name", "lan", "role", "staff")
	if !strings.Contains(b.last, origin+Path+"/link/") {
		t.Errorf("no link:\n%s", b.last)
	}
	if r := b.post(Path + "/users/" + name + "/remove"); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("oneself: %d", r.StatusCode)
	}
	if r := b.post(Path + "/users/lan/remove"); r.Header.Get("Location") != Path+"/users?done=removed" {
		t.Errorf("remove: %d", r.StatusCode)
	}
	for range 12 {
		b.post(Path+"/sign-in", "name", "x", "password", "y", "code", "1")
	}
	if !strings.Contains(b.last, "too often") {
		t.Errorf("throttled: %s", b.last)
	}
}
