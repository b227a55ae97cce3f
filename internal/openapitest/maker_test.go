package openapitest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// schema is as much of JSON Schema as the document uses.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       types              `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	Enum       []any              `json:"enum"`
	Pattern    string             `json:"pattern"`
	Additional any                `json:"additionalProperties"`
	MinLength  int                `json:"minLength"`
	MaxLength  *int               `json:"maxLength"`
	Minimum    *float64           `json:"minimum"`
}

// types is one type or a list of them.
type types []string

// UnmarshalJSON reads either form.
func (t *types) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = types{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(t))
}

// document is as much of OpenAPI as the test uses.
type document struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Schema *schema `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content map[string]struct {
				Schema *schema `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

func (d *document) at(s *schema) *schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.Components.Schemas[name]
	}
	return s
}

// make gives a value that the schema allows. Own gives values for fields by
// their name, for what no schema can say.
func (d *document) make(r *rand.Rand, s *schema, own map[string]func() any) any {
	s = d.at(s)
	if len(s.Enum) > 0 {
		return s.Enum[r.IntN(len(s.Enum))]
	}
	switch s.Type[0] {
	case "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			if !slices.Contains(s.Required, name) && r.IntN(3) == 0 {
				continue
			}
			if f := own[name]; f != nil && r.IntN(10) > 0 {
				out[name] = f()
			} else {
				out[name] = d.make(r, p, own)
			}
		}
		return out
	case "array":
		var out []any
		for range 1 + r.IntN(3) {
			out = append(out, d.make(r, s.Items, own))
		}
		return out
	case "integer", "number":
		return r.IntN(200)
	case "boolean":
		return r.IntN(2) == 0
	}
	return text(r, s)
}

// text draws a text of an allowed length from the pattern's alphabet.
func text(r *rand.Rand, s *schema) string {
	alphabet := "abcdef0123456789"
	if strings.Contains(s.Pattern, "A-Z") {
		alphabet += "XYZ_-"
	}
	if s.Pattern == "^[a-z]+$" {
		alphabet = "abcdef"
	}
	most := 12
	if s.MaxLength != nil {
		most = min(max(*s.MaxLength, s.MinLength), s.MinLength+12)
	}
	out := make([]byte, s.MinLength+r.IntN(most-s.MinLength+1))
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// strange are values that nobody allows anywhere, or that break what is careless.
var strange = []any{
	nil, true, -1, 0, 1e300, 9007199254740993, "", "\u0000", "a\r\nBcc: b@example.org", "\u202eevil", strings.Repeat("x", 70_000),
	[]any{},
	map[string]any{},
	[]any{nil},
	map[string]any{"a": map[string]any{"b": []any{1}}},
	"' OR 1=1 --", "../../etc/passwd", "%00", "+999999999999",
}

// spoil changes one place of a value.
func spoil(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		if len(keys) == 0 || r.IntN(8) == 0 {
			v[[]string{"extra", "Code", "destination", "$schema", "\u0000"}[r.IntN(5)]] = strange[r.IntN(len(strange))]
			return v
		}
		slices.Sort(keys)
		k := keys[r.IntN(len(keys))]
		if r.IntN(5) == 0 {
			delete(v, k)
			return v
		}
		v[k] = spoil(r, v[k])
		return v
	case []any:
		if len(v) > 0 && r.IntN(3) > 0 {
			v[r.IntN(len(v))] = spoil(r, v[0])
			return v
		}
	}
	return strange[r.IntN(len(strange))]
}

// garble breaks the JSON itself.
func garble(r *rand.Rand, raw []byte) []byte {
	switch r.IntN(6) {
	case 0:
		return raw[:1+r.IntN(len(raw)-1)]
	case 1:
		return append(raw, raw...)
	case 2:
		return []byte(strings.Repeat("[", 20_000))
	case 3:
		at := r.IntN(len(raw))
		return append(append(slices.Clone(raw[:at]), 0xff, 0xfe), raw[at:]...)
	case 4:
		return []byte(strings.Replace(string(raw), `":`, `":1,"x":`, 1))
	}
	return []byte(fmt.Sprint(strange[r.IntN(5)]))
}

// fits checks a value against a schema and names what does not fit.
func (d *document) fits(s *schema, v any, where string) error {
	s = d.at(s)
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return fmt.Errorf("%s is %v, which is none of its values", where, v)
	}
	kind := kindOf(v)
	if len(s.Type) > 0 && !slices.Contains(s.Type, kind) && (kind != "integer" || !slices.Contains(s.Type, "number")) {
		return fmt.Errorf("%s is a %s, not %v", where, kind, s.Type)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s has no %s", where, name)
			}
		}
		for name, e := range v {
			p := s.Properties[name]
			if p == nil && s.Additional == false {
				return fmt.Errorf("%s has a %s, which is not described", where, name)
			}
			if p == nil {
				continue
			}
			if err := d.fits(p, e, where+"."+name); err != nil {
				return err
			}
		}
	case []any:
		for _, e := range v {
			if err := d.fits(s.Items, e, where+"[]"); err != nil {
				return err
			}
		}
	}
	return nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	}
	return "object"
}
