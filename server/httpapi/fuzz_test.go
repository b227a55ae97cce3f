package httpapi

import (
	"errors"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-1feef0b2/holdfast/api"
)

// FuzzDecode: no body crashes the decoder, it decides and reads as the reference does,
// every refusal is one of its three codes and repeats nothing of the body, and what is
// accepted means the same after a round trip.
func FuzzDecode(f *testing.F) {
	a := plainAPI(f)
	for i := range a.requests {
		for _, body := range bodies(f) {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		typ := a.requests[int(which)%len(a.requests)]
		compare(t, a, typ, body)
	})
}

// plainAPI is a handler for what needs no requests.
func plainAPI(t testing.TB) *API {
	t.Helper()
	a, err := New(Config{
		Service: &fakeService{}, Origin: origin, Now: func() time.Time { return testNow },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// compare decodes a body in both ways. It says whether it was accepted.
func compare(t *testing.T, a *API, typ reflect.Type, body []byte) bool {
	t.Helper()
	got, want := reflect.New(typ), reflect.New(typ)
	err, wantErr := a.decode.decode(body, got.Interface()), reference(a.registry(), body, want.Interface())
	if api.CodeOf(err) != api.CodeOf(wantErr) {
		t.Fatalf("%s: %q, the reference says %q: %q", typ.Name(), api.CodeOf(err), api.CodeOf(wantErr), body)
	}
	switch c := api.CodeOf(err); {
	case err == nil:
	case c != api.CodeBadRequest && c != api.CodeUnknownField && c != api.CodeInvalidValue:
		t.Fatalf("refused with %s", c)
	case err.Error() != c:
		t.Fatalf("the refusal says more than its code: %v", err)
	}
	if err != nil {
		return false
	}
	if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		t.Fatalf("%s: read as\n%+v\nthe reference reads\n%+v", typ.Name(), got, want)
	}
	raw, err := json.Marshal(got.Interface())
	if err != nil {
		t.Fatal(err)
	}
	again := reflect.New(typ)
	if err := a.decode.decode(raw, again.Interface()); err != nil || !reflect.DeepEqual(got.Interface(), again.Interface()) {
		t.Fatalf("does not survive a round trip (%v)", err)
	}
	return true
}

// reference decodes in the long way: into the type, into a tree, and the tree validated by
// the library that publishes the schemas.
func reference(registry huma.Registry, body []byte, v any) error {
	if err := json.Unmarshal(body, v, json.RejectUnknownMembers(true)); err != nil {
		if errors.Is(err, json.ErrUnknownName) || errors.Is(err, jsontext.ErrDuplicateName) {
			return api.NewError(api.CodeUnknownField)
		}
		return api.NewError(api.CodeBadRequest)
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		return api.NewError(api.CodeBadRequest)
	}
	if !clean(tree) {
		return api.NewError(api.CodeInvalidValue)
	}
	var res huma.ValidateResult
	t := reflect.TypeOf(v).Elem()
	schema := registry.Schema(t, true, t.Name())
	huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, tree, &res)
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

// clean says that no text of a tree could do harm.
func clean(v any) bool {
	ok := true
	switch v := v.(type) {
	case string:
		return strings.IndexFunc(v, func(r rune) bool {
			return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
		}) < 0
	case []any:
		for _, e := range v {
			ok = ok && clean(e)
		}
	case map[string]any:
		for _, e := range v {
			ok = ok && clean(e)
		}
	}
	return ok
}
