package httpapi

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-1feef0b2/holdfast/api"
)

// decoder reads request bodies strictly: what the published schema does not
// allow does not get in.
type decoder struct{ registry huma.Registry }

// strict refuses unknown fields; duplicate names, another letter case, bytes
// after the value and broken UTF-8 are refused by default.
var strict = json.RejectUnknownMembers(true)

// decode reads body into v, which points to a request. Errors are *api.Error:
// bad_request, unknown_field or invalid_value, never with what was sent.
func (d decoder) decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v, strict); err != nil {
		return decodeError(err)
	}
	var loose any
	if err := json.Unmarshal(body, &loose); err != nil {
		return decodeError(err)
	}
	if !clean(loose) {
		return api.NewError(api.CodeInvalidValue)
	}
	return d.validate(loose, reflect.TypeOf(v).Elem())
}

func decodeError(err error) error {
	if errors.Is(err, json.ErrUnknownName) || errors.Is(err, jsontext.ErrDuplicateName) {
		return api.NewError(api.CodeUnknownField)
	}
	return api.NewError(api.CodeBadRequest)
}

// validate checks the value against the schema that is published for its type.
func (d decoder) validate(loose any, t reflect.Type) error {
	var res huma.ValidateResult
	schema := d.registry.Schema(t, true, t.Name())
	path := huma.NewPathBuffer(make([]byte, 0, 128), 0)
	huma.Validate(d.registry, schema, path, huma.ModeWriteToServer, loose, &res)
	code := ""
	for _, err := range res.Errors {
		code = worse(code, err)
	}
	if code == "" {
		return nil
	}
	return api.NewError(code)
}

// wrongType are the messages for a value of another JSON type, which is a
// malformed request; everything else is a value out of its range.
var wrongType = []string{
	validation.MsgExpectedBoolean, validation.MsgExpectedNumber, validation.MsgExpectedInteger,
	validation.MsgExpectedString, validation.MsgExpectedArray, validation.MsgExpectedObject,
}

func worse(code string, err error) string {
	var d *huma.ErrorDetail
	if code == api.CodeBadRequest || !errors.As(err, &d) {
		return api.CodeBadRequest
	}
	for _, m := range wrongType {
		if d.Message == m {
			return api.CodeBadRequest
		}
	}
	return api.CodeInvalidValue
}

// clean says that no text in a value holds a line break, another control
// character, or one that changes the direction of writing: such a text could
// add a header to a mail or draw a false name.
func clean(v any) bool {
	switch v := v.(type) {
	case string:
		return cleanText(v)
	case []any:
		for _, e := range v {
			if !clean(e) {
				return false
			}
		}
	case map[string]any:
		for _, e := range v {
			if !clean(e) {
				return false
			}
		}
	}
	return true
}

func cleanText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
	}) < 0
}

// jsonBody says whether a body can be a JSON object at all, before more is
// spent on it.
func jsonBody(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
}
