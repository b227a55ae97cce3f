package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCallbacksGoToTheirProvider(t *testing.T) {
	var got []string
	c := NewCallbacks(map[string]Callback{"acme": func(_ context.Context, path string, h http.Header, body []byte) (int, string, []byte) {
		got = append(got, path+" "+h.Get("X-Sig")+" "+string(body))
		return http.StatusAccepted, "text/xml", []byte("<Response/>")
	}})
	for _, q := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", "/v1/reports/acme", "a=b", 202},
		{"POST", "/v1/calls/acme/word", "", 202},
		{"GET", "/v1/reports/acme", "", 405},
		{"POST", "/v1/reports/other", "", 404},
		{"POST", "/v1/reports/", "", 404},
		{"POST", "/v1/reports/acme/x", "", 404},
		{"POST", "/v1/calls/acme", "", 404},
		{"POST", "/v1/calls/acme/", "", 404},
		{"POST", "/v1/calls/other/word", "", 404},
		{"POST", "/elsewhere/acme", "", 404},
		{"POST", "/v1/reports/acme", strings.Repeat("x", callbackBody+1), 413},
	} {
		r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
		r.Header.Set("X-Sig", "s")
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != q.want {
			t.Errorf("%s %s: %d, want %d", q.method, q.path, w.Code, q.want)
		}
		if w.Code == 202 && (w.Header().Get("Content-Type") != "text/xml" || w.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("%s: header %v", q.path, w.Header())
		}
	}
	if len(got) != 2 || got[0] != "/v1/reports/acme s a=b" || got[1] != "/v1/calls/acme/word s " {
		t.Errorf("the provider got %q", got)
	}
}

func TestCallbacksAreNotUnlimited(t *testing.T) {
	inside, end := make(chan struct{}), make(chan struct{})
	c := NewCallbacks(map[string]Callback{"slow": func(context.Context, string, http.Header, []byte) (int, string, []byte) {
		inside <- struct{}{}
		<-end
		return 200, "", nil
	}})
	done := make(chan struct{})
	for range callbacksAtOnce {
		go func() {
			c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/v1/reports/slow", nil))
			done <- struct{}{}
		}()
		<-inside
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest("POST", "/v1/reports/slow", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %d", w.Code)
	}
	close(end)
	for range callbacksAtOnce {
		<-done
	}
}
