package leakrun

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/server"
)

// desk is a browser at the console; its one cookie is the session.
type desk struct {
	*rig
	cookie *http.Cookie
	role   string
	from   string // its network address: limits are counted by it
}

// send opens a page or sends a form, and gives what is shown.
func (d *desk) send(method, path string, form url.Values) (int, string) {
	r, _ := http.NewRequest(method, d.to.URL+path, strings.NewReader(form.Encode()))
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-For", d.from)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
	}
	if d.cookie != nil {
		r.AddCookie(d.cookie)
	}
	resp, err := d.http.Do(r)
	if err != nil {
		d.t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		d.cookie = c
		d.secret("session", c.Value)
	}
	raw, _ := io.ReadAll(resp.Body)
	d.done(fmt.Sprintf("console, %s: %d", d.role, resp.StatusCode))
	return resp.StatusCode, string(raw)
}

// staffForm sends a form of nobody's.
func (p *person) staffForm(path string, form url.Values) {
	d := &desk{rig: p.rig, role: "a stranger", from: source(p.n)}
	d.send(http.MethodPost, path, form)
}

var (
	totpSecret = regexp.MustCompile(`<code class="secret">([A-Z2-7]+)</code>`)
	linkPath   = regexp.MustCompile(`/staff/link/[A-Za-z0-9_-]+`)
	formToken  = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
)

// works lets a user of a role follow a link, sign in rightly and wrongly, and open
// every page about an account that there is; the server says which he may.
func (r *rig) works(role, link, account, device string) {
	d := &desk{rig: r, role: role, from: source(8_000_000)}
	_, page := d.send(http.MethodGet, link, nil)
	found := totpSecret.FindStringSubmatch(page)
	if found == nil {
		r.t.Errorf("%s: no second factor in %s", role, page)
		return
	}
	password := "desk " + fastclient.Random(10)
	r.secret("console password", password)
	r.secret("second factor", found[1])
	now := time.Now()
	digits := func(steps int) string {
		code, err := totp.GenerateCode(found[1], now.Add(time.Duration(steps)*30*time.Second))
		r.must(err)
		r.code(code)
		return code
	}
	d.send(http.MethodPost, link, url.Values{"password": {password}, "again": {password}, "code": {"000000"}})
	status, _ := d.send(http.MethodPost, link, url.Values{"password": {password}, "again": {password}, "code": {digits(-1)}})
	if status != http.StatusSeeOther {
		r.t.Errorf("%s: the link: %d", role, status)
	}
	again := &desk{rig: r, role: role, from: source(8_000_000)}
	again.send(http.MethodPost, "/staff/sign-in", url.Values{"name": {role}, "password": {password + "x"}, "code": {digits(0)}})
	if status, _ := again.send(http.MethodPost, "/staff/sign-in", url.Values{"name": {role}, "password": {password}, "code": {digits(1)}}); status != http.StatusSeeOther {
		r.t.Errorf("%s: signing in: %d", role, status)
	}
	_, page = d.send(http.MethodGet, "/staff", nil)
	token := formToken.FindStringSubmatch(page)
	if token == nil {
		r.t.Errorf("%s: no form: %s", role, page)
		return
	}
	r.secret("form's token", token[1])
	form := func(more ...string) url.Values {
		v := url.Values{"csrf": {token[1]}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	for _, path := range []string{"/account/" + account, "/audit/" + account, "/audit/" + account + "/export", "/roots", "/health", "/limits", "/users", "/account/" + found[1]} {
		d.send(http.MethodGet, "/staff"+path, nil)
	}
	reason := "asked by " + fastclient.Random(6)
	r.secret("reason", reason)
	d.send(http.MethodPost, "/staff/account", form("number", account))
	d.send(http.MethodPost, "/staff/device/"+device+"/send", form())
	for _, why := range []string{reason, server.ReasonLost} {
		d.send(http.MethodPost, "/staff/account/"+account+"/hold", form("days", "2", "reason", why))
		d.send(http.MethodPost, "/staff/device/"+device+"/revoke", form("reason", why))
	}
	if _, page := d.send(http.MethodPost, "/staff/users", form("name", "new"+role, "role", "auditor")); linkPath.MatchString(page) {
		r.secret("console link", strings.TrimPrefix(linkPath.FindString(page), "/staff/link/"))
	}
	d.send(http.MethodPost, "/staff/sign-out", form())
}

// console adds a user of each role with the command, and lets them work.
func (r *rig) console(account, device string) {
	for _, role := range []string{"auditor", "operator", "staff", "owner"} {
		link := r.run(func(out string) string { return linkPath.FindString(out) }, "", "user", "add", "--role", role, "--name", role)
		r.secret("console link", strings.TrimPrefix(link, "/staff/link/"))
		r.works(role, link, account, device)
	}
}
