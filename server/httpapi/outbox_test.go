package httpapi

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

func outboxOf(list ...Shown) Outbox { return Outbox{Messages: func() []Shown { return list }} }

func show(o Outbox, method, path, host, remote, languages string) (int, string) {
	r := httptest.NewRequest(method, path, nil)
	r.Host, r.RemoteAddr = host, remote
	r.Header.Set("Accept-Language", languages)
	rec := httptest.NewRecorder()
	o.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

var twoMessages = []Shown{
	{To: "kim@example.org", Channel: "email", Kind: "code.register", Subject: "Holdfast code K7Q", Text: "4HT-M3X-R9W is your\ncode.", Reference: "K7Q", Code: "4HT-M3X-R9W", At: "2026-11-22T14:09:00Z"},
	{To: "kim@example.org", Channel: "email", Kind: "notice.activated", Subject: "Activated <b>", Text: "“<script>alert(1)</script>” was activated.", At: "2026-11-22T14:11:00Z"},
}

func TestOutboxPage(t *testing.T) {
	status, body := show(outboxOf(twoMessages...), "GET", "/outbox", "127.0.0.1:7461", "127.0.0.1:5000", "vi-VN,vi;q=0.9")
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for _, want := range []string{`lang="vi"`, `<p class="code" aria-label="Mã">4HT-M3X-R9W</p>`, "2026-11-22 14:09 UTC", `http-equiv="refresh"`, "kim@example.org"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "Activated <b>") {
		t.Errorf("a message's text becomes part of the page:\n%s", body)
	}
	if strings.Index(body, "notice") > strings.Index(body, "4HT") || strings.Count(body, `class="code"`) != 1 {
		t.Error("the newest is not first, or a notice has a code")
	}
	for _, lang := range []string{"en", "vi", "ru", "", "xx"} {
		if _, body := show(outboxOf(), "GET", "/outbox", "localhost", "[::1]:5000", lang); strings.Contains(body, "&lt;page.") || !strings.Contains(body, `class="empty"`) {
			t.Errorf("%s: %s", lang, body)
		}
	}
}

func TestOutboxList(t *testing.T) {
	_, body := show(outboxOf(twoMessages...), "GET", "/outbox.json", "localhost:7461", "127.0.0.1:5000", "")
	var list []map[string]string
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != 2 {
		t.Fatalf("%v %s", err, body)
	}
	if list[0]["code"] != "4HT-M3X-R9W" || list[1]["code"] != "" || list[1]["kind"] != "notice.activated" {
		t.Errorf("%v", list)
	}
	for _, key := range []string{"to", "channel", "kind", "subject", "text", "reference", "code", "at"} {
		if _, ok := list[1][key]; !ok {
			t.Errorf("no %s", key)
		}
	}
	if _, body := show(outboxOf(), "GET", "/outbox.json", "localhost", "127.0.0.1:1", ""); body != "[]\n" {
		t.Errorf("empty: %q", body)
	}
}

// TestOutboxIsForThisComputer: another name for this address, or another
// computer, gets nothing.
func TestOutboxIsForThisComputer(t *testing.T) {
	o := outboxOf(twoMessages...)
	for _, c := range []struct {
		method, path, host, remote string
		status                     int
	}{
		{"GET", "/outbox", "evil.example:7461", "127.0.0.1:5000", 403},
		{"GET", "/outbox.json", "localhost.evil.example", "127.0.0.1:5000", 403},
		{"GET", "/outbox.json", "127.0.0.1.evil.example", "127.0.0.1:5000", 403},
		{"GET", "/outbox", "", "127.0.0.1:5000", 403},
		{"GET", "/outbox", "127.0.0.1:7461", "192.0.2.7:5000", 403},
		{"POST", "/outbox", "127.0.0.1:7461", "127.0.0.1:5000", 405},
		{"GET", "/outbox/x", "127.0.0.1:7461", "127.0.0.1:5000", 404},
		{"GET", "/outbox", "LOCALHOST:7461", "127.0.0.1:5000", 200},
		{"GET", "/outbox", "[::1]:7461", "[::1]:5000", 200},
		{"GET", "/outbox", "[::1]", "[::ffff:127.0.0.1]:5000", 200},
	} {
		status, body := show(o, c.method, c.path, c.host, c.remote, "")
		if status != c.status || (status != 200 && strings.Contains(body, "4HT")) {
			t.Errorf("%+v: %d %s", c, status, body)
		}
	}
}
