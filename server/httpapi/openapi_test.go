package httpapi

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestOpenAPI reads the served document: every route, every code, no leniency.
func TestOpenAPI(t *testing.T) {
	r := newRig(t)
	_, body := r.do(httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
		Parts   struct {
			Schemas map[string]struct {
				Additional any            `json:"additionalProperties"`
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for route, method := range map[string]string{
		api.RouteAccounts: "post", api.RouteDevices: "post", api.RouteDevice: "get", api.RouteCheckIns: "post",
		api.RouteChallenge: "get", api.RouteDeliveries: "post", api.RouteAnswers: "post", api.RouteSignOut: "post",
		api.RouteRotations: "post", api.RouteKeys: "post", api.RouteHistory: "get", api.RouteAnnounce: "post",
		api.RouteSecurity: "get", api.RouteChannel: "post", api.RoutePhones: "post", api.RouteNoPhone: "post",
		api.RouteTests: "post", api.RouteEnrolStop: "post", api.RouteEmail: "post",
	} {
		op, _ := doc.Paths[route][method].(map[string]any)
		if op == nil {
			t.Errorf("%s %s is not there", method, route)
			continue
		}
		if _, ok := op["requestBody"]; ok != (method == "post") {
			t.Errorf("%s %s: request body described: %v", method, route, ok)
		}
		if raw, _ := json.Marshal(op["responses"]); !strings.Contains(string(raw), "application/problem+json") {
			t.Errorf("%s %s: no problem described: %s", method, route, raw)
		}
	}
	told := []string{"Challenge", "Delivery", "Way"} // of replies: masked, and nothing that a request may carry
	for name, s := range doc.Parts.Schemas {
		if name != "Problem" && s.Additional != false {
			t.Errorf("schema %s allows other fields", name)
		}
		for field := range s.Properties {
			if strings.Contains(field, "destination") && !slices.Contains(told, name) {
				t.Errorf("schema %s has a destination", name)
			}
		}
	}
	raw, _ := json.Marshal(doc.Parts.Schemas["Problem"].Properties["code"])
	for _, c := range codes() {
		if !strings.Contains(string(raw), `"`+c+`"`) {
			t.Errorf("the document does not name the code %s", c)
		}
	}
}

// TestStatusesAreThoseOfTheCodes compares our table with the comments beside
// the codes: neither may know a code that the other does not.
func TestStatusesAreThoseOfTheCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../api/codes.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	seen := []string{}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Comment == nil {
			return true
		}
		word := strings.FieldsFunc(v.Comment.Text(), func(r rune) bool { return r < '0' || r > '9' })
		if len(word) == 0 || len(word[0]) != 3 {
			return true
		}
		want, _ := strconv.Atoi(word[0])
		code, _ := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		seen = append(seen, code)
		if statuses[code] != want {
			t.Errorf("%s: status %d here, %d in api/codes.go", code, statuses[code], want)
		}
		return true
	})
	slices.Sort(seen)
	if !slices.Equal(seen, codes()) {
		t.Errorf("codes with a status in api/codes.go:\n%v\nhere:\n%v", seen, codes())
	}
}
