package httpapi

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

const linkToken = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

// TestALinkAsksBeforeItDoesAnything: programs that check mail open every link.
func TestALinkAsksBeforeItDoesAnything(t *testing.T) {
	r := newRig(t)
	res, body := r.do(httptest.NewRequest("GET", server.NotMePath+linkToken, nil))
	if res.StatusCode != 200 || strings.Join(r.service.calls, " ") != "link "+linkToken {
		t.Fatalf("%d, calls %v", res.StatusCode, r.service.calls)
	}
	vi := text.For("vi")
	if !strings.Contains(body, vi.T("page.not-me.button")) || !strings.Contains(body, `<form method="post">`) || !strings.Contains(body, `lang="vi"`) {
		t.Error(body)
	}
	for _, not := range []string{"<script", "http:", "https:", "src=", "<img", "url(", linkToken} {
		if strings.Contains(body, not) {
			t.Errorf("the page has %q", not)
		}
	}
	if p := res.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || !strings.Contains(p, "form-action 'self'") {
		t.Error(p)
	}
	if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Error(res.Header)
	}

	r.service.calls = nil
	post := httptest.NewRequest("POST", server.NotMePath+linkToken, strings.NewReader(""))
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, body = r.do(post)
	if res.StatusCode != 200 || strings.Join(r.service.calls, " ") != "not me "+linkToken || strings.Contains(body, "<form") {
		t.Fatalf("%d %v %s", res.StatusCode, r.service.calls, body)
	}
	if !strings.Contains(body, text.For("ru").T("page.not-me.done")) {
		t.Error(body)
	}
	if strings.Contains(r.log.String(), linkToken) {
		t.Error("the log has the token")
	}
}

func TestALinkThatIsOver(t *testing.T) {
	r := newRig(t)
	r.service.err = api.NewError(api.CodeNotFound)
	for _, method := range []string{"GET", "POST", "HEAD"} {
		req := httptest.NewRequest(method, server.NotMePath+linkToken, nil)
		req.Header.Set("Accept-Language", "ru-RU,ru;q=0.9")
		res, body := r.do(req)
		if res.StatusCode != 404 || method != "HEAD" && !strings.Contains(body, text.For("ru").T("page.not-me.gone")) || strings.Contains(body, "<form") {
			t.Errorf("%s: %d %s", method, res.StatusCode, body)
		}
	}
	r.service.err = errors.New("away: kim@example.org")
	res, body := r.do(httptest.NewRequest("GET", server.NotMePath+linkToken, nil))
	if res.StatusCode != 500 || strings.Contains(body, "kim") || strings.Contains(r.log.String(), "kim") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	for _, req := range []string{"PUT " + server.NotMePath + linkToken, "DELETE " + server.NotMePath} {
		method, path, _ := strings.Cut(req, " ")
		if res, _ := r.do(httptest.NewRequest(method, path, nil)); res.StatusCode != 405 || res.Header.Get("Allow") == "" {
			t.Errorf("%s: %d", req, res.StatusCode)
		}
	}
	if res, _ := r.do(httptest.NewRequest("GET", server.NotMePath+linkToken+"?do=1", nil)); res.StatusCode != 404 {
		t.Errorf("with a query: %d", res.StatusCode)
	}
}
