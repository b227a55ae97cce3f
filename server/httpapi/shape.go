package httpapi

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// shaper makes shapes of published schemas, so that what is enforced is what the document
// says. It panics for a schema that says what no shape checks, and for one that is not its
// type's: both are this program's own, which then must not start.
type shaper struct {
	registry huma.Registry
	objects  map[reflect.Type]*objectShape
	matchers map[string]*matcher
}

func newShaper(registry huma.Registry) *shaper {
	return &shaper{registry, map[reflect.Type]*objectShape{}, map[string]*matcher{}}
}

// of gives the shape of a type under its schema, and whether the schema allows null.
func (c *shaper) of(s *huma.Schema, t reflect.Type) (shape, bool) {
	for s.Ref != "" {
		site := *s
		site.Ref = ""
		checked(site, t)
		s = c.registry.SchemaFromRef(s.Ref)
	}
	if t.Kind() == reflect.Pointer {
		elem, nullable := c.of(s, t.Elem())
		return &pointerShape{t.Elem(), elem}, nullable
	}
	for _, reads := range []reflect.Type{
		reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](), reflect.TypeFor[encoding.TextUnmarshaler](),
	} {
		if reflect.PointerTo(t).Implements(reads) {
			panic(fmt.Sprintf("httpapi: %v reads itself", t))
		}
	}
	rest := *s
	rest.Type, rest.Nullable = "", false
	return c.kind(s.Type, rest, t), s.Nullable
}

// kind makes the shape of a schema that is no reference. Each kind takes the keywords
// away that its shape checks.
func (c *shaper) kind(kind string, s huma.Schema, t reflect.Type) shape {
	switch {
	case kind == huma.TypeObject && t.Kind() == reflect.Struct:
		return c.object(s, t)
	case kind == huma.TypeArray && t.Kind() == reflect.Slice:
		return c.list(s, t)
	case kind == huma.TypeString && t.Kind() == reflect.String:
		return c.text(s, t)
	case kind == huma.TypeInteger && reflect.Int <= t.Kind() && t.Kind() <= reflect.Int64:
		n := &integerShape{least: s.Minimum, most: s.Maximum}
		if s.Format == "int32" || s.Format == "int64" {
			s.Format = "" // the type's own range
		}
		s.Minimum, s.Maximum = nil, nil
		checked(s, t)
		return n
	case kind == huma.TypeBoolean && t.Kind() == reflect.Bool:
		checked(s, t)
		return booleanShape{}
	}
	panic(fmt.Sprintf("httpapi: %v is no %q", t, kind))
}

// checked panics where something stays of a schema that only words may stay of.
func checked(rest huma.Schema, t reflect.Type) {
	rest.Title, rest.Description, rest.PatternDescription = "", "", ""
	rest.Examples, rest.Deprecated = nil, false
	if len(rest.DependentRequired) == 0 {
		rest.DependentRequired = nil
	}
	v := reflect.ValueOf(rest)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
			panic(fmt.Sprintf("httpapi: nothing checks %s of %v", f.Name, t))
		}
	}
}

func (c *shaper) object(s huma.Schema, t reflect.Type) shape {
	if o := c.objects[t]; o != nil {
		return o
	}
	o := &objectShape{byName: map[string]int{}}
	c.objects[t] = o
	for i := range t.NumField() {
		name := memberName(t.Field(i))
		if s.Properties[name] == nil || t.NumField() > mostFields {
			panic(fmt.Sprintf("httpapi: field %s of %v", name, t))
		}
		f := member{name: name, bit: 1 << i}
		f.shape, f.nullable = c.of(s.Properties[name], t.Field(i).Type)
		if slices.Contains(s.Required, name) {
			o.required |= f.bit
		} else {
			f.nullable = true
		}
		o.fields, o.byName[name] = append(o.fields, f), i
	}
	if s.AdditionalProperties != false || len(s.Properties) != len(o.byName) || len(o.byName) != t.NumField() {
		panic(fmt.Sprintf("httpapi: the fields of %v are not those of its schema", t))
	}
	s.AdditionalProperties, s.Properties, s.Required = nil, nil, nil
	checked(s, t)
	return o
}

// memberName is a field's name in JSON, which every field of a request is given.
func memberName(f reflect.StructField) string {
	name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
	plain := option == "" || option == "omitempty" || option == "omitzero"
	if f.Anonymous || !f.IsExported() || !plain || name == "" || strings.ContainsAny(name, `-'"\`) {
		panic("httpapi: the JSON name of " + f.Name)
	}
	return name
}

func (c *shaper) list(s huma.Schema, t reflect.Type) shape {
	l := &listShape{least: s.MinItems, most: s.MaxItems}
	l.item, l.nullable = c.of(s.Items, t.Elem())
	s.MinItems, s.MaxItems, s.Items = nil, nil, nil
	checked(s, t)
	return l
}

func (c *shaper) text(s huma.Schema, t reflect.Type) shape {
	x := &textShape{least: s.MinLength, most: s.MaxLength}
	for _, v := range s.Enum {
		x.oneOf = append(x.oneOf, v.(string))
	}
	if s.Pattern != "" {
		if c.matchers[s.Pattern] == nil {
			c.matchers[s.Pattern] = newMatcher(s.Pattern)
		}
		x.pattern = c.matchers[s.Pattern]
	}
	s.MinLength, s.MaxLength, s.Enum, s.Pattern = nil, nil, nil, ""
	checked(s, t)
	return x
}
