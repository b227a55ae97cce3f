package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestRefusedBodies: what is not exactly a request gets a stable code, never
// reaches the service, and is never repeated.
func TestRefusedBodies(t *testing.T) {
	r := newRig(t)
	register := r.registerBody()
	in := func(old, with string) string {
		if !strings.Contains(register, old) {
			t.Fatalf("no %s in %s", old, register)
		}
		return strings.Replace(register, old, with, 1)
	}
	const bait = "B4IT"
	for name, c := range map[string]struct{ body, code string }{
		"unknown field":          {in(`{"email"`, `{"`+bait+`":1,"email"`), api.CodeUnknownField},
		"unknown nested field":   {in(`"kty"`, `"`+bait+`":1,"kty"`), api.CodeUnknownField},
		"duplicate field":        {in(`{"email"`, `{"email":"`+bait+`","email"`), api.CodeUnknownField},
		"other letter case":      {in(`"email"`, `"Email"`), api.CodeUnknownField},
		"other case beside":      {in(`{"email"`, `{"EMAIL":"`+bait+`","email"`), api.CodeUnknownField},
		"a destination":          {in(`{"email"`, `{"destination":"`+bait+`@example.org","email"`), api.CodeUnknownField},
		"line break in address":  {in("kim@example.org", `kim@example.org\r\nBcc: `+bait), api.CodeInvalidValue},
		"line feed in name":      {in("LAPTOP-7", `LAPTOP\n`+bait), api.CodeInvalidValue},
		"null byte":              {in("LAPTOP-7", `LAPTOP\u0000`), api.CodeInvalidValue},
		"right-to-left override": {in("LAPTOP-7", `LAPTOP\u202e`+bait), api.CodeInvalidValue},
		"line separator":         {in("LAPTOP-7", `LAPTOP\u2028`+bait), api.CodeInvalidValue},
		"name too long":          {in("LAPTOP-7", strings.Repeat(bait, 17)), api.CodeInvalidValue},
		"empty name":             {in("LAPTOP-7", ""), api.CodeInvalidValue},
		"another language":       {in(`"language":"en"`, `"language":"`+bait+`"`), api.CodeInvalidValue},
		"chain value":            {in(`"next":"0`, `"next":"Z`), api.CodeInvalidValue},
		"another curve":          {in(`"P-256"`, `"`+bait+`"`), api.CodeInvalidValue},
		"component state":        {in(`"state":"present"`, `"state":"`+bait+`"`), api.CodeInvalidValue},
		"component class":        {in(`"class":"hardware"`, `"class":"`+bait+`"`), api.CodeInvalidValue},
		"no components":          {in(register[strings.Index(register, `[`):strings.Index(register, `]`)+1], `[]`), api.CodeInvalidValue},
		"components null":        {in(register[strings.Index(register, `[`):strings.Index(register, `]`)+1], `null`), api.CodeBadRequest},
		"field missing":          {in(`"password":"correct horse battery",`, ""), api.CodeInvalidValue},
		"a number as text":       {in(`"schema":1`, `"schema":"`+bait+`"`), api.CodeBadRequest},
		"text as a number":       {in(`"LAPTOP-7"`, `7`), api.CodeBadRequest},
		"null":                   {in(`"LAPTOP-7"`, `null`), api.CodeBadRequest},
		"not JSON":               {bait, api.CodeBadRequest},
		"half of it":             {register[:len(register)/2], api.CodeBadRequest},
		"something after it":     {register + " " + bait, api.CodeBadRequest},
		"a list":                 {`[` + register + `]`, api.CodeBadRequest},
		"broken UTF-8":           {in("LAPTOP-7", "LAPTOP\xff"), api.CodeBadRequest},
		"empty object":           {"{}", api.CodeInvalidValue},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.wantProblem(r.request("POST", "/v1/accounts", c.body), c.code)
			_, body := r.do(r.request("POST", "/v1/accounts", c.body))
			if strings.Contains(body, bait) {
				t.Errorf("what was sent comes back: %s", body)
			}
		})
	}
	if len(r.service.calls) != 0 {
		t.Errorf("the service was called: %v", r.service.calls)
	}
	if strings.Contains(r.log.String(), bait) {
		t.Errorf("what was sent is in the log")
	}
}

// TestRefusedRequests: everything around the body.
func TestRefusedRequests(t *testing.T) {
	r := newRig(t)
	header := func(name string, values ...string) func(*http.Request) {
		return func(q *http.Request) {
			q.Header.Del(name)
			for _, v := range values {
				q.Header.Add(name, v)
			}
		}
	}
	post := func(change ...func(*http.Request)) *http.Request {
		req := r.request("POST", "/v1/devices/d1/check-ins", r.checkInBody())
		for _, c := range change {
			c(req)
		}
		return req
	}
	get := func(path string) *http.Request { return r.request("GET", path, "") }
	large := r.request("POST", "/v1/devices/d1/check-ins", `{"x":"`+strings.Repeat("x", api.MaxBody)+`"}`)
	chunked := r.request("POST", "/v1/devices/d1/check-ins", `{"x":"`+strings.Repeat("x", api.MaxBody)+`"}`)
	chunked.ContentLength = -1
	withBody := httptest.NewRequest("GET", "/v1/devices/d1", strings.NewReader("{}"))
	for name, c := range map[string]struct {
		req  *http.Request
		code string
	}{
		"unknown query":           {get("/v1/devices/d1?B4IT=1"), api.CodeUnknownQuery},
		"unknown query, unsigned": {httptest.NewRequest("GET", "/healthz?x", nil), api.CodeUnknownQuery},
		"no content type":         {post(header("Content-Type")), api.CodeContentType},
		"form":                    {post(header("Content-Type", "application/x-www-form-urlencoded")), api.CodeContentType},
		"text":                    {post(header("Content-Type", "text/plain")), api.CodeContentType},
		"two content types":       {post(header("Content-Type", "application/json", "application/json")), api.CodeContentType},
		"another charset":         {post(header("Content-Type", "application/json; charset=latin1")), api.CodeContentType},
		"broken content type":     {post(header("Content-Type", "application/json;;")), api.CodeContentType},
		"packed body":             {post(header("Content-Encoding", "gzip")), api.CodeContentType},
		"too large":               {large, api.CodeTooLarge},
		"too large, unannounced":  {chunked, api.CodeTooLarge},
		"empty body":              {httptestPost("/v1/devices/d1/check-ins", ""), api.CodeBadRequest},
		"body of a GET":           {withBody, api.CodeBadRequest},
		"bad idempotency key":     {post(header("Idempotency-Key", "B4IT kim@example.org")), api.CodeInvalidValue},
		"no idempotency key":      {post(header("Idempotency-Key")), api.CodeSignature},
		"no such path":            {get("/v2/accounts"), api.CodeNotFound},
		"slash at the end":        {get("/v1/devices/d1/"), api.CodeNotFound},
		"double slash":            {get("/v1//devices/d1"), api.CodeNotFound},
		"dots":                    {get("/v1/devices/../devices/d1"), api.CodeNotFound},
		"the root":                {get("/"), api.CodeNotFound},
		"method":                  {get("/v1/accounts"), api.CodeMethod},
		"another method":          {httptest.NewRequest("DELETE", "/v1/devices/d1", nil), api.CodeMethod},
		"device too long":         {get("/v1/devices/" + strings.Repeat("d", 65)), api.CodeInvalidValue},
		"unknown channel": {
			r.request("POST", "/v1/devices/d1/challenges/K7Q/deliveries", `{"channel":"pigeon"}`), api.CodeInvalidValue,
		},
		"destination to send to": {
			r.request("POST", "/v1/devices/d1/challenges/K7Q/deliveries", `{"to":"B4IT@example.org"}`), api.CodeUnknownField,
		},
		"destination to answer to": {
			r.request("POST", "/v1/devices/d1/challenges/K7Q/answers", strings.Replace(r.answerBody(), "{", `{"email":"B4IT",`, 1)),
			api.CodeUnknownField,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.wantProblem(c.req, c.code)
		})
	}
	if strings.Contains(r.log.String(), "B4IT") || len(r.service.calls) != 0 {
		t.Errorf("log or service saw it: %v", r.service.calls)
	}
}

func httptestPost(path, body string) *http.Request {
	req := httptest.NewRequest("POST", path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return req
}

func TestMethodProblemSaysWhatIsAllowed(t *testing.T) {
	r := newRig(t)
	res, _ := r.do(httptest.NewRequest("PUT", "/v1/accounts", nil))
	if got := res.Header.Get("Allow"); got != "POST" {
		t.Errorf("Allow %q", got)
	}
}

func TestCharsetMayBeNamed(t *testing.T) {
	r := newRig(t)
	req := r.request("POST", "/v1/devices/d1/check-ins", r.checkInBody(), func(q *http.Request) {
		q.Header.Set("Content-Type", "application/json; charset=UTF-8")
	})
	if res, body := r.do(req); res.StatusCode != 200 {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// TestNothingOfARequestIsLogged reads the log of requests that carry secrets.
func TestNothingOfARequestIsLogged(t *testing.T) {
	r := newRig(t)
	r.do(r.request("POST", "/v1/accounts", r.registerBody()))
	r.do(r.request("POST", "/v1/devices/d1/challenges/K7Q/answers", r.answerBody()))
	for _, secret := range []string{"kim", "correct horse", "4HTM3XR9W", "LAPTOP", hex32, r.service.keyid} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, r.log)
		}
	}
	if !strings.Contains(r.log.String(), api.RouteAnswers) {
		t.Errorf("the log does not name the route:\n%s", r.log)
	}
}
