package daemon

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestWhatBadInputGets sends, over a real connection, everything that is not a
// proper request. Each gets a stable code and nothing of what was sent.
func TestWhatBadInputGets(t *testing.T) {
	r := start(t)
	c := newClient(t, r.URL())
	enrolled := c.register("kim@example.org")
	ref := enrolled.Challenge.Reference
	const bait = "B4IT"
	answer, err := json.Marshal(c.answerRequest("4HTM3XR9W"))
	if err != nil {
		t.Fatal(err)
	}
	register, _ := json.Marshal(api.RegisterRequest{Email: "lan@example.org", Password: password, Language: "vi", Device: newClient(t, r.URL()).newDevice("X")})
	in := func(body []byte, old, with string) []byte {
		if !bytes.Contains(body, []byte(old)) {
			t.Fatalf("no %s", old)
		}
		return bytes.Replace(body, []byte(old), []byte(with), 1)
	}
	answers, deliveries := c.path(api.RouteAnswers, ref), c.path(api.RouteDeliveries, ref)
	header := func(name, value string) func(*http.Request) {
		return func(q *http.Request) {
			if value == "" {
				q.Header.Del(name)
			} else {
				q.Header.Set(name, value)
			}
		}
	}
	for name, x := range map[string]struct {
		path   string
		body   []byte
		after  func(*http.Request) // once signed
		code   string
		status int
	}{
		"unknown field":           {answers, in(answer, "{", `{"`+bait+`":1,`), nil, api.CodeUnknownField, 400},
		"duplicate field":         {answers, in(answer, "{", `{"code":"`+bait+`",`), nil, api.CodeUnknownField, 400},
		"other letter case":       {answers, in(answer, `"code"`, `"Code"`), nil, api.CodeUnknownField, 400},
		"nested, unknown":         {answers, in(answer, `"schema"`, `"`+bait+`":1,"schema"`), nil, api.CodeUnknownField, 400},
		"unknown query parameter": {answers + "?" + bait + "=1", answer, nil, api.CodeUnknownQuery, 400},
		"oversized body":          {answers, in(answer, "4HTM3XR9W", strings.Repeat(bait, api.MaxBody/4)), nil, api.CodeTooLarge, 413},
		"no content type":         {answers, answer, header("Content-Type", ""), api.CodeContentType, 415},
		"wrong content type":      {answers, answer, header("Content-Type", "text/plain"), api.CodeContentType, 415},
		"line break in a field":   {answers, in(answer, "4HTM3XR9W", bait+`\r\nBcc: eve@example.org`), nil, api.CodeInvalidValue, 422},
		"line break in address":   {api.RouteAccounts, in(register, "lan@example.org", `lan@example.org\r\nBcc: `+bait), nil, api.CodeInvalidValue, 422},
		"two addresses":           {api.RouteAccounts, in(register, "lan@example.org", "lan@example.org,"+bait+"@example.org"), nil, "", 0},
		"destination to answer":   {answers, in(answer, "{", `{"email":"`+bait+`@example.org",`), nil, api.CodeUnknownField, 400},
		"destination to send":     {deliveries, []byte(`{"destination":"` + bait + `@example.org"}`), nil, api.CodeUnknownField, 400},
		"destination in channel":  {deliveries, []byte(`{"channel":"` + bait + `@example.org"}`), nil, api.CodeInvalidValue, 422},
		"destination in query":    {deliveries + "?to=" + bait, []byte(`{}`), nil, api.CodeUnknownQuery, 400},
		"not JSON":                {answers, []byte(bait), nil, api.CodeBadRequest, 400},
		"not signed":              {answers, answer, header("Signature", ""), api.CodeSignature, 401},
		"no such route":           {"/v1/" + bait, answer, nil, api.CodeNotFound, 404},
		"another's device":        {strings.Replace(answers, c.device, "another", 1), answer, nil, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			who := c
			if x.path == api.RouteAccounts {
				who = newClient(t, r.URL())
			}
			who.t = t
			req := who.request("POST", x.path, x.body, nil)
			if x.after != nil {
				x.after(req)
			}
			who.refused(req, x.code, x.status, bait)
		})
	}
	if strings.Contains(r.log.String(), bait) {
		t.Error("what was sent is in the log")
	}
	// None of it used a try, sent anything or harmed the open challenge.
	c.t = t
	first := r.message(t, 1)
	if got := c.answer(ref, first["code"]); got.State != api.DeviceActivated {
		t.Errorf("afterwards: %+v", got)
	}
}

// refused sends a request and checks its problem: a 4xx, this code and status
// where they are given, and nothing of what was sent.
func (c *client) refused(req *http.Request, code string, wantStatus int, bait string) {
	c.t.Helper()
	status, body := c.send(req)
	var p api.Problem
	if err := json.Unmarshal(body, &p); err != nil || status != p.Status || p.Code == "" || status/100 != 4 {
		c.t.Fatalf("%d %s", status, body)
	}
	if code != "" && (p.Code != code || status != wantStatus) {
		c.t.Errorf("%d %s, want %d %s", status, p.Code, wantStatus, code)
	}
	if bytes.Contains(body, []byte(bait)) {
		c.t.Errorf("what was sent comes back: %s", body)
	}
}

// TestWhatBadCodesGet: wrong, mistyped, expired, used, and right from another computer.
func TestWhatBadCodesGet(t *testing.T) {
	r := start(t)
	c := newClient(t, r.URL())
	c.now = r.clock.Now
	ref := c.register("kim@example.org").Challenge.Reference
	code := r.message(t, 1)["code"]
	answers := c.path(api.RouteAnswers, ref)
	mistyped := mistype(code)
	if p := c.problem("POST", answers, c.answerRequest(mistyped)); p.Code != api.CodeMistyped || p.TriesLeft != nil && *p.TriesLeft != 5 {
		t.Errorf("mistyped: %+v", p)
	}
	p := c.problem("POST", answers, c.answerRequest("00000000"+"0"))
	if p.Code != api.CodeWrong || p.TriesLeft == nil || *p.TriesLeft != 4 {
		t.Errorf("wrong: %+v", p)
	}
	other := newClient(t, r.URL())
	other.now, other.device = r.clock.Now, c.device
	if p := other.problem("POST", answers, other.answerRequest(code)); p.Code != api.CodeUnknownKey {
		t.Errorf("a key that nobody knows: %+v", p)
	}
	r.clock.Move(61 * time.Minute)
	if p := c.problem("POST", answers, c.answerRequest(code)); p.Code != api.CodeExpired || p.Challenge == nil {
		t.Errorf("expired: %+v", p)
	}
	fresh := r.message(t, 2)
	if fresh["code"] == code || fresh["reference"] != ref {
		t.Fatalf("a new code was said to be on its way: %v", fresh)
	}
	c.answer(ref, fresh["code"])
	if p := c.problem("POST", answers, c.answerRequest(fresh["code"])); p.Code != api.CodeUsed {
		t.Errorf("used: %+v", p)
	}
}

// mistype changes one symbol, so that the check symbol no longer fits.
func mistype(code string) string {
	b := []byte(code)
	if b[0] == 'A' {
		b[0] = 'B'
	} else {
		b[0] = 'A'
	}
	return string(b)
}
