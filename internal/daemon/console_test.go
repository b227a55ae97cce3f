package daemon

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

const consolePassword = "seven quiet boats at noon"

// TestTheConsole: holdfastd user add prints a link beside a running server; whoever
// follows it is signed in, once.
func TestTheConsole(t *testing.T) {
	r := start(t)
	data := r.settings.Data
	code, link, errs := run(t.Context(), nil, "user", "add", "--data", data, "--role", "owner", "--name", "kim", "--listen", r.Addr())
	if code != 0 || !strings.HasPrefix(link, r.URL()+"/staff/link/") || strings.Count(link, "\n") != 1 || !strings.Contains(errs, "kim") {
		t.Fatalf("%d %q %q", code, link, errs)
	}
	link = strings.TrimSpace(link)
	jar, _ := cookiejar.New(nil)
	b := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	page := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return body(t, resp)
	}
	if s := page(b.Get(r.URL() + "/staff")); !strings.Contains(s, `name="password"`) {
		t.Errorf("nobody is asked to sign in: %s", s)
	}
	secret := regexp.MustCompile(`<code class="secret">([A-Z2-7]+)</code>`).FindStringSubmatch(page(b.Get(link)))[1]
	digits, err := totp.GenerateCode(secret, r.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	post := func(address string, form url.Values) string {
		t.Helper()
		q, _ := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Origin", r.URL())
		return page(b.Do(q))
	}
	if s := post(link, url.Values{"password": {consolePassword}, "again": {consolePassword}, "code": {digits}}); !strings.Contains(s, "Hello, kim") {
		t.Fatalf("the link: %s", s)
	}
	if s := page(b.Get(link)); !strings.Contains(s, "does not work") {
		t.Errorf("the link again: %s", s)
	}
	if s := page(b.Get(r.URL() + "/staff/users")); !strings.Contains(s, "<td>kim</td>") {
		t.Errorf("users: %s", s)
	}
	for _, secret := range []string{strings.TrimPrefix(link, r.URL()+"/staff/link/"), secret, digits, consolePassword, "127.0.0.1:"} {
		if strings.Contains(strings.ReplaceAll(r.log.String(), r.URL(), ""), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if code, out, _ := run(t.Context(), nil, "user", "list", "--data", data); code != 0 || !strings.Contains(out, "kim") || !strings.Contains(out, "owner") {
		t.Errorf("list: %d %q", code, out)
	}
	if code, _, _ := run(t.Context(), nil, "user", "remove", "--data", data, "kim"); code != 0 {
		t.Errorf("remove: %d", code)
	}
	if s := page(b.Get(r.URL() + "/staff/users")); !strings.Contains(s, `name="password"`) {
		t.Errorf("removed, and still in: %s", s)
	}
	if code, out, _ := run(t.Context(), nil, "verify-audit", "--data", data); code != 0 {
		t.Errorf("audit: %d %s", code, out)
	}
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func TestTheConsoleElsewhere(t *testing.T) {
	own := start(t, func(o *Options) { o.Settings.Web.Listen = "127.0.0.1:0" })
	resp, _ := get(t, own.console.origin+"/staff/sign-in")
	if resp.StatusCode != http.StatusOK {
		t.Errorf("its own listener: %d", resp.StatusCode)
	}
	if resp, _ := get(t, own.URL()+"/staff/sign-in"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("beside the API too: %d", resp.StatusCode)
	}
	if resp, _ := get(t, own.console.origin+"/healthz"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the API beside the console: %d", resp.StatusCode)
	}
	off := start(t, func(o *Options) { o.Settings.Web.Listen = "off" })
	if resp, _ := get(t, off.URL()+"/staff/sign-in"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("off: %d", resp.StatusCode)
	}
	for name, c := range map[string]struct {
		web  Web
		want string
	}{
		"others reach it": {Web{Listen: "0.0.0.0:7470"}, "web-listen"}, "no port": {Web{Listen: "127.0.0.1"}, "web-listen"},
		"an origin alone": {Web{Origin: "https://console.example.org"}, "web-origin"},
		"no origin":       {Web{Listen: "127.0.0.1:7470", Origin: "console"}, "web-origin"},
	} {
		s := Settings{Web: c.web}
		if err := s.checkWeb(); !isRefusal(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, s := range map[string]Settings{
		"https://k.example.org":  {Origin: "https://k.example.org/"},
		"http://127.0.0.1:7461":  {Listen: DefaultListen},
		"http://127.0.0.1:7470":  {Origin: "https://k.example.org", Web: Web{Listen: "127.0.0.1:7470"}},
		"https://in.example.org": {Web: Web{Listen: "127.0.0.1:7470", Origin: "https://in.example.org"}},
	} {
		if got := s.consoleOrigin(); got != want {
			t.Errorf("origin %s, want %s", got, want)
		}
	}
}

func TestUserCommandsAreRefused(t *testing.T) {
	r := start(t)
	data := r.settings.Data
	if code, _, _ := run(t.Context(), nil, "user", "add", "--data", data, "--role", "staff", "--name", "lan"); code != 0 {
		t.Fatalf("add: %d", code)
	}
	if code, out, _ := run(t.Context(), nil, "user", "link", "--data", data, "lan"); code != 0 || !strings.Contains(out, "/staff/link/") {
		t.Errorf("link: %d %s", code, out)
	}
	for name, args := range map[string][]string{
		"nothing": {"user"}, "no such word": {"user", "promote"}, "no name": {"user", "link", "--data", data},
		"two": {"user", "remove", "--data", data, "a", "b"}, "unknown": {"user", "remove", "--data", data, "nobody"},
		"taken": {"user", "add", "--data", data, "--role", "staff", "--name", "lan"},
		"role":  {"user", "add", "--data", data, "--role", "root", "--name", "eve"},
		"name":  {"user", "add", "--data", data, "--role", "staff", "--name", "Eve!"},
		"words": {"user", "add", "--data", data, "--role", "staff", "--name", "eve", "now"},
	} {
		if code, out, errs := run(t.Context(), nil, args...); code != exitUsage || out != "" || errs == "" || strings.Contains(errs, "<") {
			t.Errorf("%s: %d %q %q", name, code, out, errs)
		}
	}
}
