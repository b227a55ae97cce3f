package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// fill puts something into a pattern's places.
func fill(pattern, account, device string) string {
	return strings.NewReplacer("{token}", "none", "{number}", account, "{id}", device, "{root}", "1", "{name}", "nobody").Replace(pattern)
}

// TestEveryRouteByEveryRole walks all routes with nobody and with every role:
// whoever has no right gets nothing, whoever has it is not turned away.
func TestEveryRouteByEveryRole(t *testing.T) {
	l := newLab(t)
	number, device, _ := l.account("kim@example.org")
	_, err := l.svc.MakeAuditRoot(ctx)
	l.must(err)
	people := map[server.Role]*browser{"": {l: l}}
	for _, role := range server.Roles() {
		people[role] = l.signedIn(role)
	}
	for _, r := range l.console.routes() {
		for role, b := range people {
			if strings.HasSuffix(r.pattern, "/sign-out") && role != "" {
				continue // it would end the walk
			}
			form := url.Values{"csrf": {b.csrf()}}
			for _, f := range r.fields {
				form.Set(f, "1")
			}
			path := fill(r.pattern, number, device)
			cookie := b.cookie
			resp := b.ask(r.method, path, form)
			b.cookie = cookie
			away := resp.StatusCode == http.StatusSeeOther && resp.Header.Get("Location") == Path+"/sign-in"
			switch {
			case r.who == anybody:
				if away || resp.StatusCode == http.StatusForbidden {
					t.Errorf("%s %s for everybody, %q: %d", r.method, r.pattern, role, resp.StatusCode)
				}
			case role == "":
				if !away {
					t.Errorf("%s %s, nobody: %d", r.method, r.pattern, resp.StatusCode)
				}
			case r.who == seated:
				if away || resp.StatusCode == http.StatusForbidden {
					t.Errorf("%s %s, %s: %d", r.method, r.pattern, role, resp.StatusCode)
				}
			case role.May(r.right) == (resp.StatusCode == http.StatusForbidden) || away || resp.StatusCode >= 500:
				t.Errorf("%s %s, %s: %d", r.method, r.pattern, role, resp.StatusCode)
			}
		}
	}
}

func TestARouteMustSayWhoMay(t *testing.T) {
	seen := map[server.Right]bool{}
	for _, r := range new(Console).routes() {
		seen[r.right] = true
		if r.who == withRight && r.right == "" {
			t.Errorf("%s %s is for nobody", r.method, r.pattern)
		}
	}
	for _, right := range server.Rights() {
		if !seen[right] {
			t.Errorf("no page for %s", right)
		}
	}
}

// Names that a field may never have: nobody chooses where a code goes, or types one
// that is an account's.
var destinations = regexp.MustCompile(`(?i)^to$|channel|mail|phone|address|destination|contact|recipient|way|cc$|sms|voice`)

var (
	formTag   = regexp.MustCompile(`(?s)<form[^>]*?(?: action="([^"]*)")?[^>]*>(.*?)</form>`)
	actionTag = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	fieldName = regexp.MustCompile(`<(?:input|select|textarea|button)[^>]* name="([^"]*)"`)
)

// TestNoFormNamesADestination reads the forms of every page, as they are shown to
// every role: each is a route's, with that route's fields alone; and no route has a
// field that could say where a code goes, or takes one that it does not have.
func TestNoFormNamesADestination(t *testing.T) {
	l := newLab(t)
	number, device, _ := l.account("kim@example.org")
	forms := 0
	for _, role := range server.Roles() {
		b := l.signedIn(role)
		for _, r := range l.console.routes() {
			if r.method != http.MethodGet || strings.HasSuffix(r.pattern, "/export") {
				continue
			}
			b.get(fill(r.pattern, number, device))
			page := b.last
			for _, f := range formTag.FindAllStringSubmatch(page, -1) {
				forms++
				action := actionTag.FindStringSubmatch(f[0])
				if action == nil {
					continue // the link's own page
				}
				to := routeOf(l.console, action[1])
				if to == nil {
					t.Errorf("%s: a form goes to %s", r.pattern, action[1])
					continue
				}
				for _, name := range fieldName.FindAllStringSubmatch(f[0], -1) {
					if name[1] != "csrf" && !slices.Contains(to.fields, name[1]) {
						t.Errorf("%s: field %s of %s", r.pattern, name[1], to.pattern)
					}
				}
			}
		}
	}
	if forms < 30 {
		t.Errorf("only %d forms were looked at", forms)
	}
	b := l.signedIn(server.RoleStaff)
	for _, r := range l.console.routes() {
		for _, f := range r.fields {
			if destinations.MatchString(f) {
				t.Errorf("%s %s has a field %s", r.method, r.pattern, f)
			}
		}
		if r.method != http.MethodPost {
			continue
		}
		for _, extra := range []string{"to", "channel", "email", "destination", "contact"} {
			form := url.Values{"csrf": {b.csrf()}, extra: {"sms"}}
			if resp := b.ask(r.method, fill(r.pattern, number, device), form); resp.StatusCode != http.StatusBadRequest {
				t.Errorf("%s with %s: %d", r.pattern, extra, resp.StatusCode)
			}
		}
		twice := url.Values{"csrf": {b.csrf(), b.csrf()}}
		if resp := b.ask(r.method, fill(r.pattern, number, device), twice); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with a field twice: %d", r.pattern, resp.StatusCode)
		}
		if resp := b.ask(r.method, fill(r.pattern, number, device)+"?channel=sms", url.Values{"csrf": {b.csrf()}}); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with a query: %d", r.pattern, resp.StatusCode)
		}
	}
}

// routeOf finds the form's route by its address.
func routeOf(c *Console, action string) *route {
	r, _ := http.NewRequest(http.MethodPost, origin+action, nil)
	_, pattern := c.mux.Handler(r)
	for _, x := range c.routes() {
		if x.method+" "+x.pattern == pattern {
			return &x
		}
	}
	return nil
}

// TestOtherSitesCannotPost: a form without this session's token, or from elsewhere,
// does nothing.
func TestOtherSitesCannotPost(t *testing.T) {
	l := newLab(t)
	b, other := l.signedIn(server.RoleOwner), l.signedIn(server.RoleOwner)
	form := func(csrf string) url.Values { return url.Values{"csrf": {csrf}, "name": {"lan"}, "role": {"staff"}} }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			if name == "Origin" {
				r.Header.Del("Sec-Fetch-Site")
			}
			r.Header.Set(name, value)
		}
	}
	for name, resp := range map[string]*http.Response{
		"no token":       b.ask("POST", Path+"/users", url.Values{"name": {"lan"}, "role": {"staff"}}),
		"empty":          b.ask("POST", Path+"/users", form("")),
		"another's":      b.ask("POST", Path+"/users", form(other.csrf())),
		"cross-site":     b.ask("POST", Path+"/users", form(b.csrf()), header("Sec-Fetch-Site", "cross-site")),
		"same-site":      b.ask("POST", Path+"/users", form(b.csrf()), header("Sec-Fetch-Site", "same-site")),
		"typed":          b.ask("POST", Path+"/users", form(b.csrf()), header("Sec-Fetch-Site", "none")),
		"another origin": b.ask("POST", Path+"/users", form(b.csrf()), header("Origin", "https://keys.example.com")),
		"no origin":      b.ask("POST", Path+"/users", form(b.csrf()), header("Origin", "")),
		"null":           b.ask("POST", Path+"/users", form(b.csrf()), header("Origin", "null")),
		"signing in":     b.ask("POST", Path+"/sign-in", url.Values{"name": {"x"}}, header("Sec-Fetch-Site", "cross-site")),
	} {
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	for name, change := range map[string]func(*http.Request){
		"JSON":      header("Content-Type", "application/json"),
		"multipart": header("Content-Type", "multipart/form-data; boundary=x"),
		"no type":   func(r *http.Request) { r.Header.Del("Content-Type") },
	} {
		if resp := b.ask("POST", Path+"/users", form(b.csrf()), change); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	large := form(b.csrf())
	large.Set("name", strings.Repeat("a", formLongest))
	if resp := b.ask("POST", Path+"/users", large); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("too large: %d", resp.StatusCode)
	}
	if list, err := l.svc.Users(ctx); err != nil || len(list) != 2 {
		t.Errorf("somebody was added: %v %v", list, err)
	}
	if resp := b.ask("POST", Path+"/users", form(b.csrf()), header("Origin", origin)); resp.StatusCode != http.StatusOK {
		t.Errorf("a browser that only tells its origin: %d", resp.StatusCode)
	}
}

func TestFreshCodesAreAskedFor(t *testing.T) {
	l := newLab(t)
	b := l.signedIn(server.RoleOwner)
	l.pass(11 * time.Minute)
	if r := b.get(Path + "/users"); r.Header.Get("Location") != Path+"/prove?next=%2Fstaff%2Fusers" {
		t.Errorf("to %q", r.Header.Get("Location"))
	}
	if r := b.post(Path+"/prove", "code", "000000", "next", Path+"/users"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong: %d", r.StatusCode)
	}
	if r := b.post(Path+"/prove", "code", b.code(), "next", Path+"/users"); r.Header.Get("Location") != Path+"/users" {
		t.Errorf("right: %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := b.get(Path + "/users"); r.StatusCode != http.StatusOK {
		t.Errorf("then: %d", r.StatusCode)
	}
	for in, want := range map[string]string{
		Path: Path, Path + "/users": Path + "/users", "": Path, "/": Path, "https://evil.example": Path, "//evil.example": Path,
		Path + "//evil.example": Path, Path + "/../v1": Path, Path + "\\evil": Path, Path + "evil": Path, Path + "/a?b": Path, "/outbox": Path,
	} {
		if got := next(in); got != want {
			t.Errorf("next %q: %q", in, got)
		}
	}
}
