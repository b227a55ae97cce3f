package httpapi

import (
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// shape reads values of one Go type as its published schema allows them.
type shape interface {
	// read takes the next value, which is of this kind and not null, into v. An error ends
	// the reading; what is only out of its range is noted, and reading goes on.
	read(r *reading, kind jsontext.Kind, v reflect.Value) error
}

const mostFields = 64 // bits of the sets below

type (
	objectShape struct {
		fields   []member
		byName   map[string]int
		required uint64
	}
	member struct {
		name     string
		bit      uint64
		shape    shape
		nullable bool
	}
)

func (o *objectShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	if kind != '{' {
		return errMalformed
	}
	if _, err := r.json.ReadToken(); err != nil {
		return errMalformed
	}
	seen, next := uint64(0), 0
	for kind := r.json.PeekKind(); kind != '}'; kind = r.json.PeekKind() {
		i, err := o.member(r, kind, next)
		if err != nil {
			return err
		}
		f := &o.fields[i]
		if seen&f.bit != 0 {
			return errField
		}
		seen |= f.bit
		if err := r.value(f.shape, f.nullable, v.Field(i)); err != nil {
			return err
		}
		next = i + 1
	}
	if o.required&^seen != 0 {
		r.excluded = true
	}
	_, err := r.json.ReadToken()
	return err
}

// member reads a member's name and gives its field; they mostly come in the fields' order.
func (o *objectShape) member(r *reading, kind jsontext.Kind, next int) (int, error) {
	if kind != '"' {
		return 0, r.other(kind)
	}
	raw, err := r.json.ReadValue()
	if err != nil {
		return 0, errMalformed
	}
	if next < len(o.fields) && string(raw[1:len(raw)-1]) == o.fields[next].name {
		return next, nil
	}
	name, _, err := r.unquote(raw)
	if err != nil {
		return 0, errMalformed
	}
	i, ok := o.byName[string(name)]
	if !ok {
		return 0, errField
	}
	return i, nil
}

type pointerShape struct {
	to    reflect.Type
	shape shape
}

func (p *pointerShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	v.Set(reflect.New(p.to))
	return p.shape.read(r, kind, v.Elem())
}

type listShape struct {
	item        shape
	nullable    bool
	least, most *int
}

// firstItems is how many items a list is given place for first: as many as most computers
// have components besides their packages.
const firstItems = 40

func (l *listShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	if kind != '[' {
		return errMalformed
	}
	if _, err := r.json.ReadToken(); err != nil {
		return errMalformed
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	n := 0
	for ; r.json.PeekKind() != ']'; n++ {
		if n == v.Cap() {
			v.Grow(max(n, firstItems))
			v.SetLen(v.Cap())
		}
		if err := r.value(l.item, l.nullable, v.Index(n)); err != nil {
			return err
		}
	}
	v.SetLen(n)
	if (l.least != nil && n < *l.least) || (l.most != nil && n > *l.most) {
		r.excluded = true
	}
	_, err := r.json.ReadToken()
	return err
}

type textShape struct {
	least, most *int
	oneOf       []string
	pattern     *matcher
}

func (x *textShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	if kind != '"' {
		return r.other(kind)
	}
	raw, err := r.json.ReadValue()
	if err != nil {
		return errMalformed
	}
	s, printable, err := r.unquote(raw)
	if err != nil {
		return errMalformed
	}
	n := len(s)
	if !printable {
		n = utf8.RuneCount(s)
		r.unclean = r.unclean || !cleanText(s)
	}
	if (x.least != nil && n < *x.least) || (x.most != nil && n > *x.most) || (x.pattern != nil && !x.pattern.match(s)) {
		r.excluded = true
	}
	v.SetString(x.value(r, s))
	return nil
}

// value is the text; one of a few has only one copy.
func (x *textShape) value(r *reading, s []byte) string {
	if len(x.oneOf) == 0 {
		return string(s)
	}
	i := slices.IndexFunc(x.oneOf, func(one string) bool { return one == string(s) })
	if i < 0 {
		r.excluded = true
		return string(s)
	}
	return x.oneOf[i]
}

type integerShape struct{ least, most *float64 }

func (x *integerShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	if kind != '0' {
		return r.other(kind)
	}
	raw, err := r.json.ReadValue()
	if err != nil {
		return errMalformed
	}
	n, err := strconv.ParseInt(string(raw), 10, v.Type().Bits())
	if err != nil {
		return errMalformed // a fraction, an exponent, or out of the type's range
	}
	if (x.least != nil && float64(n) < *x.least) || (x.most != nil && float64(n) > *x.most) {
		r.excluded = true
	}
	v.SetInt(n)
	return nil
}

type booleanShape struct{}

func (booleanShape) read(r *reading, kind jsontext.Kind, v reflect.Value) error {
	if kind != 't' && kind != 'f' {
		return errMalformed
	}
	if _, err := r.json.ReadToken(); err != nil {
		return errMalformed
	}
	v.SetBool(kind == 't')
	return nil
}
