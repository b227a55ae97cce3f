package httpapi

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// TestDecodeIsTheReference compares the decoder with the reference over every type of
// request: right ones, and such with up to three mistakes in any field.
func TestDecodeIsTheReference(t *testing.T) {
	a := plainAPI(t)
	random, rounds := rand.New(rand.NewPCG(3, 4)), 300
	if os.Getenv("HOLDFAST_FULL") == "1" {
		rounds = 10_000
	}
	for _, typ := range a.requests {
		right := sample(a.registry(), a.registry().Schema(typ, true, typ.Name()))
		if !compare(t, a, typ, []byte(asJSON(t, right))) {
			t.Errorf("%s: refused: %s", typ.Name(), asJSON(t, right))
		}
		refused := 0
		for range rounds {
			body := asJSON(t, right)
			for range 1 + random.IntN(3) {
				body = spoil(random, body)
			}
			if !compare(t, a, typ, []byte(body)) {
				refused++
			}
		}
		if refused < rounds/5 {
			t.Errorf("%s: only %d were refused", typ.Name(), refused)
		}
	}
}

// sample makes a value that a schema allows.
func sample(registry huma.Registry, s *huma.Schema) any {
	for s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	switch s.Type {
	case huma.TypeObject:
		o := map[string]any{}
		for name, p := range s.Properties {
			o[name] = sample(registry, p)
		}
		return o
	case huma.TypeArray:
		return []any{sample(registry, s.Items), sample(registry, s.Items)}
	case huma.TypeInteger:
		return 7
	case huma.TypeBoolean:
		return true
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	n := 3
	if s.MinLength != nil {
		n = max(1, *s.MinLength)
	}
	if strings.HasPrefix(s.Pattern, `^\+`) {
		return "+" + strings.Repeat("7", n)
	}
	return strings.Repeat("a", n)
}

// spoil puts something wrong, or only odd, into a body.
func spoil(r *rand.Rand, body string) string {
	odd := []string{
		`null`, `{}`, `[]`, `""`, `"a"`, `true`, `0`, `-0`, `-1`, `1.0`, `1e2`, `9223372036854775807`, `9223372036854775808`,
		`"\u0061\u0061"`, `"\n"`, `"\u202e"`, `"\u007f"`, "\"\x7f\"", `"\ud800"`, "\"\xff\"", `"ä"`, `{"a":1,"a":2}`, `[{"a":1,"a":2}]`,
		`[null]`, `nul`, `"`, `}`, `,`, `:`, ` `, `"class"`, `"Class"`, `{"a":1,"a":2`, `"` + strings.Repeat("a", 32) + `"`,
		`"` + strings.Repeat("я", 64) + `"`, `"` + strings.Repeat("я", 129) + `"`, `"` + strings.Repeat("a", 257) + `"`,
	}
	marks := tokens(body)
	if len(marks) == 0 {
		return body + odd[r.IntN(len(odd))]
	}
	m := marks[r.IntN(len(marks))]
	switch r.IntN(8) {
	case 0:
		return body[:m[0]] + body[m[1]:]
	case 1:
		return body[:m[1]] + odd[r.IntN(len(odd))] + body[m[1]:]
	case 2: // twice
		return body[:m[1]] + body[m[0]:]
	case 3:
		other := marks[r.IntN(len(marks))]
		return body[:m[0]] + body[other[0]:other[1]] + body[m[1]:]
	}
	return body[:m[0]] + odd[r.IntN(len(odd))] + body[m[1]:]
}

// tokens are where the texts, numbers, words and members of a body stand.
func tokens(body string) (list [][2]int) {
	for _, re := range tokenPatterns {
		for _, m := range re.FindAllStringIndex(body, -1) {
			list = append(list, [2]int{m[0], m[1]})
		}
	}
	return list
}

// tokenPatterns find members, texts, numbers and words.
var tokenPatterns = []*regexp.Regexp{
	regexp.MustCompile(`"[a-z_]+":("[^"]*"|[0-9]+|true)`), regexp.MustCompile(`"[^"]*"`),
	regexp.MustCompile(`[0-9]+`), regexp.MustCompile(`true|null`), regexp.MustCompile(`[\[\]{},:]`),
}

func bodies(t testing.TB) []string {
	right := checkInOf(2)
	return []string{
		asJSON(t, right),
		asJSON(t, api.AnswerRequest{Code: "4HTM3XR9W", Snapshot: right.Snapshot, Ephemeral: strings.Repeat("A", 43)}),
		`{"channel":"email","channel":"sms"}`, "{\"Channel\":\"\xff\"}", `{"channel":null}`, `{"channel":{"a":1,"a":2}}`, `{}`, `null`, `[]`,
		`{"groups":["boot",null],"hours":2}`, `{"\u0067roups":["b\u006fot"],"hours":-0} `,
	}
}

// TestShapesCheckWhatTheSchemaSays: a schema that says what no shape checks is not ignored.
func TestShapesCheckWhatTheSchemaSays(t *testing.T) {
	type request struct {
		Text string   `json:"text"`
		N    int      `json:"n"`
		List []string `json:"list"`
		On   bool     `json:"on"`
		Deep *struct {
			A string `json:"a"`
		} `json:"deep,omitempty"`
	}
	one, few := 1.0, 1
	for name, change := range map[string]func(top *huma.Schema, p map[string]*huma.Schema){
		"multiple of":       func(_ *huma.Schema, p map[string]*huma.Schema) { p["n"].MultipleOf = &one },
		"above":             func(_ *huma.Schema, p map[string]*huma.Schema) { p["n"].ExclusiveMinimum = &one },
		"format":            func(_ *huma.Schema, p map[string]*huma.Schema) { p["text"].Format = "email" },
		"encoding":          func(_ *huma.Schema, p map[string]*huma.Schema) { p["text"].ContentEncoding = "base64" },
		"unique":            func(_ *huma.Schema, p map[string]*huma.Schema) { p["list"].UniqueItems = true },
		"number of an enum": func(_ *huma.Schema, p map[string]*huma.Schema) { p["n"].Enum = []any{1} },
		"any of":            func(_ *huma.Schema, p map[string]*huma.Schema) { p["on"].AnyOf = []*huma.Schema{{}} },
		"read only":         func(_ *huma.Schema, p map[string]*huma.Schema) { p["deep"].ReadOnly = true },
		"pattern of a flag": func(_ *huma.Schema, p map[string]*huma.Schema) { p["on"].Pattern = "^a$" },
		"another type":      func(_ *huma.Schema, p map[string]*huma.Schema) { p["on"].Type = huma.TypeString },
		"no type":           func(_ *huma.Schema, p map[string]*huma.Schema) { p["on"].Type = "" },
		"few properties":    func(s *huma.Schema, _ map[string]*huma.Schema) { s.MaxProperties = &few },
		"dependent": func(s *huma.Schema, _ map[string]*huma.Schema) {
			s.DependentRequired = map[string][]string{"n": {"on"}}
		},
		"more properties":  func(s *huma.Schema, _ map[string]*huma.Schema) { s.AdditionalProperties = true },
		"a field too many": func(s *huma.Schema, p map[string]*huma.Schema) { p["more"] = p["on"] },
		"a field missing":  func(s *huma.Schema, p map[string]*huma.Schema) { delete(p, "on") },
		"nothing":          nil,
	} {
		registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
		typ := reflect.TypeFor[request]()
		top := registry.SchemaFromRef(registry.Schema(typ, true, "Request").Ref)
		if change != nil {
			change(top, top.Properties)
		}
		if said := saidBy(func() { newDecoder(registry, []reflect.Type{typ}) }); (said == "") != (change == nil) {
			t.Errorf("%s: it said %q", name, said)
		}
	}
}

// TestShapesReadPlainFields: what Go would read in another way is refused at the start.
func TestShapesReadPlainFields(t *testing.T) {
	type (
		inner    struct{ A string }
		embedded struct{ inner }
		asText   struct {
			N int `json:"n,string"`
		}
		nameless struct{ N int }
		itself   struct {
			Raw json.RawMessage `json:"raw"`
		}
		of struct {
			M map[string]string `json:"m"`
		}
		unsigned struct {
			N uint `json:"n"`
		}
	)
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	for _, typ := range []reflect.Type{
		reflect.TypeFor[embedded](), reflect.TypeFor[asText](), reflect.TypeFor[nameless](), reflect.TypeFor[itself](),
		reflect.TypeFor[of](), reflect.TypeFor[unsigned](),
	} {
		if saidBy(func() { newDecoder(registry, []reflect.Type{typ}) }) == "" {
			t.Errorf("%v got a shape", typ)
		}
	}
}

func saidBy(f func()) (said string) {
	defer func() {
		if v := recover(); v != nil {
			said = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}

// TestDecoderKeepsNothing: what one body held is not there for the next, nor for those
// that are read at the same time.
func TestDecoderKeepsNothing(t *testing.T) {
	a := plainAPI(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				var bad, good api.DeliveryRequest
				if err := a.decode.decode([]byte(`{"channel":"\n"}`), &bad); api.CodeOf(err) != api.CodeInvalidValue {
					t.Error(err)
				}
				if err := a.decode.decode([]byte(`{"channel":"\u0073ms"}`), &good); err != nil || good.Channel != api.ChannelSMS {
					t.Errorf("%v %+v", err, good)
				}
			}
		})
	}
	all.Wait()
}
