package httpapi

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

func TestHistoryTakesOneQueryInOneSpelling(t *testing.T) {
	r := newRig(t)
	for query, code := range map[string]string{
		"":                            "",
		"?":                           "",
		"?before=1":                   "",
		"?before=9223372036854775807": "",
		"?before=9223372036854775808": api.CodeInvalidValue,
		"?before=0":                   api.CodeInvalidValue,
		"?before=-1":                  api.CodeInvalidValue,
		"?before=":                    api.CodeInvalidValue,
		"?before":                     api.CodeInvalidValue,
		"?before=01":                  api.CodeInvalidValue,
		"?before=%31":                 api.CodeInvalidValue,
		"?before=1&before=2":          api.CodeUnknownQuery,
		"?before=1&after=2":           api.CodeUnknownQuery,
		"?Before=1":                   api.CodeUnknownQuery,
		"?after=1":                    api.CodeUnknownQuery,
	} {
		r.t, r.service.calls, r.service.before = t, nil, -1
		req := r.request("GET", "/v1/devices/d1/history"+query, "")
		if code != "" {
			if r.wantProblem(req, code); len(r.service.calls) != 0 {
				t.Errorf("%s: the service was called", query)
			}
			continue
		}
		res, body := r.do(req)
		if res.StatusCode != 200 || strings.TrimSpace(body) != `{"events":[]}` {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
	r.do(r.request("GET", "/v1/devices/d1/history?before=51", ""))
	if r.service.before != 51 {
		t.Errorf("before %d", r.service.before)
	}
	r.wantProblem(r.request("GET", "/v1/devices/d1?before=51", ""), api.CodeUnknownQuery)
	moved := r.request("GET", "/v1/devices/d1/history?before=51", "")
	moved.URL.RawQuery = "before=50" // the query is signed
	r.wantProblem(moved, api.CodeSignature)
	r.wantProblem(httptest.NewRequest("GET", "/v1/devices/d1/history", nil), api.CodeSignature)
}

// TestAFreshKeysRequestIsSignedByItself: whoever sends a claim must hold the key
// that is to take the old one's place.
func TestAFreshKeysRequestIsSignedByItself(t *testing.T) {
	r, other := newRig(t), newRig(t)
	r.wantProblem(other.request("POST", "/v1/devices/d1/keys", r.keysBody()), api.CodeSignature)
	r.service.keyid = "another" // the server need not know the key
	if res, body := r.do(r.request("POST", "/v1/devices/d1/keys", r.keysBody())); res.StatusCode != 200 {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	r.service.err = api.NewError(api.CodeClaim)
	r.wantProblem(r.request("POST", "/v1/devices/d1/keys", r.keysBody()), api.CodeClaim)
}

func TestNewBodiesAreStrict(t *testing.T) {
	r := newRig(t)
	keys, rotate := r.keysBody(), `{"ephemeral":"`+r.service.key.X+`"}`
	for name, c := range map[string]struct{ path, body, code string }{
		"twice the key":      {"keys", strings.Replace(keys, `"next"`, `"next":"`+hex32+`","next"`, 1), api.CodeUnknownField},
		"another field":      {"keys", strings.Replace(keys, "{", `{"email":"B4IT@example.org",`, 1), api.CodeUnknownField},
		"another letter":     {"keys", strings.Replace(keys, `"claim"`, `"Claim"`, 1), api.CodeUnknownField},
		"a short claim":      {"keys", strings.Replace(keys, strings.Repeat("A", 86), "AAAA", 1), api.CodeInvalidValue},
		"no claim":           {"keys", strings.Replace(keys, `,"claim":"`+strings.Repeat("A", 86)+`"`, "", 1), api.CodeInvalidValue},
		"another chip":       {"keys", strings.Replace(keys, api.HardwareTPM, "B4IT", 1), api.CodeInvalidValue},
		"nothing":            {"rotations", "{}", api.CodeInvalidValue},
		"a short key":        {"rotations", `{"ephemeral":"AAAA"}`, api.CodeInvalidValue},
		"twice the rotation": {"rotations", strings.Replace(rotate, "}", `,"ephemeral":""}`, 1), api.CodeUnknownField},
		"more":               {"rotations", strings.Replace(rotate, "}", `,"generation":9}`, 1), api.CodeUnknownField},
		"a generation before the first": {
			"check-ins", strings.Replace(r.checkInBody(), "{", `{"generation":-1,`, 1), api.CodeInvalidValue,
		},
		"half a generation": {
			"check-ins", strings.Replace(r.checkInBody(), "{", `{"generation":1.5,`, 1), api.CodeBadRequest,
		},
		"a claim that is no key": {
			"challenges/K7Q/answers", strings.Replace(r.answerBody(), "{", `{"claim":"B4IT",`, 1), api.CodeInvalidValue,
		},
		"a holder that is none": {
			"challenges/K7Q/answers", strings.Replace(r.answerBody(), "{", `{"new_hardware":"B4IT",`, 1), api.CodeInvalidValue,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.wantProblem(r.request("POST", "/v1/devices/d1/"+c.path, c.body), c.code)
		})
	}
	if len(r.service.calls) != 0 || strings.Contains(r.log.String(), "B4IT") {
		t.Errorf("service or log saw it: %v", r.service.calls)
	}
}

func TestTheDocumentDescribesTheQuery(t *testing.T) {
	r := newRig(t)
	_, body := r.do(httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct{ Name, In string }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range doc.Paths[api.RouteHistory].Get.Parameters {
		names = append(names, p.In+" "+p.Name)
	}
	if got := strings.Join(names, ", "); !strings.Contains(got, "query before") || !strings.Contains(got, "path id") {
		t.Errorf("parameters: %s", got)
	}
}
