package httpapi

import (
	"bytes"
	"errors"
	"reflect"
	"sync"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
)

// decoder reads request bodies strictly: what the published schema does not
// allow does not get in. Neither do unknown fields, duplicate names, another letter
// case, bytes after the value and broken UTF-8.
type decoder struct {
	shapes map[reflect.Type]shape
	spare  sync.Pool // of *reading
}

// newDecoder makes the decoder of requests of these types. Their schemas are those that
// are published, with nothing to be changed in them any more; it panics for one that says
// what is not checked.
func newDecoder(registry huma.Registry, types []reflect.Type) *decoder {
	d := &decoder{shapes: map[reflect.Type]shape{}}
	d.spare.New = func() any { return new(reading) }
	c := newShaper(registry)
	for _, t := range types {
		d.shapes[t], _ = c.of(registry.Schema(t, true, t.Name()), t)
	}
	return d
}

// decode reads body into v, which points to the zero value of a request. Errors are
// *api.Error: bad_request, unknown_field or invalid_value, never with what was sent.
func (d *decoder) decode(body []byte, v any) error {
	into := reflect.ValueOf(v).Elem()
	s := d.shapes[into.Type()]
	r := d.spare.Get().(*reading)
	defer d.spare.Put(r)
	r.begin(body)
	err := r.value(s, false, into)
	if err == nil {
		err = r.end()
	}
	code := r.verdict(err)
	r.begin(nil) // keeps nothing of the body
	if code != "" {
		return api.NewError(code)
	}
	return nil
}

// verdict is the code of a reading that ended so: the JSON itself comes first, then texts
// that could do harm, then null for a value, then what its schema does not allow.
func (r *reading) verdict(err error) string {
	switch {
	case errors.Is(err, errField):
		return api.CodeUnknownField
	case err != nil:
		return api.CodeBadRequest
	case r.unclean:
		return api.CodeInvalidValue
	case r.null:
		return api.CodeBadRequest
	case r.excluded:
		return api.CodeInvalidValue
	}
	return ""
}

// cleanText says that a text holds no line break, no other control character, and none
// that changes the direction of writing: such a text could add a header to a mail or
// draw a false name.
func cleanText(s []byte) bool {
	return bytes.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
	}) < 0
}

// jsonBody says whether a body can be a JSON object at all, before more is
// spent on it.
func jsonBody(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
}
