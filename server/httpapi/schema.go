package httpapi

import (
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Lengths of what a request may carry, in characters; items in lists.
const (
	maxName       = 64
	maxEmail      = 254 // RFC 5321, 4.5.3.1.3 less the angle brackets
	maxPassword   = 256
	maxCode       = 64
	maxNumber     = 32
	maxPlace      = 128
	maxComponents = 20000
	idLength      = 64
)

// rule narrows one field of a request's schema.
type rule struct {
	of    any
	field string
	apply func(*huma.Schema)
}

// rules narrow the schemas of api's types, so that the published document says
// what is enforced, and what is enforced is read from it.
func rules() []rule {
	hex32, b64key := pattern("^[0-9a-f]{32}$", 32, 32), pattern("^[A-Za-z0-9_-]{43}$", 43, 43)
	b64sig := pattern("^[A-Za-z0-9_-]{86}$", 86, 86)
	return []rule{
		{api.Key{}, "kty", oneOf("EC")},
		{api.Key{}, "crv", oneOf("P-256")},
		{api.Key{}, "x", b64key},
		{api.Key{}, "y", b64key},
		{api.Component{}, "class", oneOf("os", "firmware", "hardware", "driver", "sysapp")},
		{api.Component{}, "kind", pattern("^[a-z0-9]+(-[a-z0-9]+)*$", 1, 32)},
		{api.Component{}, "place", length(0, maxPlace)},
		{api.Component{}, "state", oneOf(api.StatePresent, api.StateAbsent, api.StatePlaceholder, api.StateUnreadable, api.StateError)},
		{api.Component{}, "digest", hex32},
		{api.Snapshot{}, "platform", pattern("^[a-z]+$", 1, 16)},
		{api.Snapshot{}, "schema", func(s *huma.Schema) { s.Minimum = new(1.0) }},
		{api.Snapshot{}, "components", func(s *huma.Schema) { s.MinItems, s.MaxItems, s.Nullable = new(1), new(maxComponents), false }},
		{api.NewDevice{}, "name", length(1, maxName)},
		{api.NewDevice{}, "next", hex32},
		{api.RegisterRequest{}, "email", length(3, maxEmail)},
		{api.RegisterRequest{}, "password", length(1, maxPassword)},
		{api.RegisterRequest{}, "language", oneOf(text.Languages...)},
		{api.EnrolRequest{}, "login", length(1, maxEmail)},
		{api.EnrolRequest{}, "password", length(1, maxPassword)},
		{api.CheckInRequest{}, "prev", hex32},
		{api.CheckInRequest{}, "next", hex32},
		{api.CheckInRequest{}, "ephemeral", b64key},
		{api.AnswerRequest{}, "code", length(1, maxCode)},
		{api.AnswerRequest{}, "ephemeral", b64key},
		{api.AnswerRequest{}, "new_next", hex32},
		{api.AnswerRequest{}, "new_proof", b64sig},
		{api.AnswerRequest{}, "new_hardware", oneOf(api.HardwareTPM)},
		{api.AnswerRequest{}, "claim", b64key},
		{api.AnswerRequest{}, "generation", atLeast(0)},
		{api.CheckInRequest{}, "generation", atLeast(0)},
		{api.NewDevice{}, "hardware", oneOf(api.HardwareTPM)},
		{api.RotateRequest{}, "ephemeral", b64key},
		{api.ReplaceKeyRequest{}, "hardware", oneOf(api.HardwareTPM)},
		{api.ReplaceKeyRequest{}, "next", hex32},
		{api.ReplaceKeyRequest{}, "claim", b64sig},
		{api.ChannelRequest{}, "channel", oneOf(api.ChannelEmail, api.ChannelSMS, api.ChannelVoice)},
		{api.ChannelRequest{}, "password", length(1, maxPassword)},
		{api.PhoneRequest{}, "number", pattern(`^\+[0-9 ().-]*$`, 8, maxNumber)},
		{api.PhoneRequest{}, "password", length(1, maxPassword)},
		{api.NoPhoneRequest{}, "password", length(1, maxPassword)},
		{api.TestRequest{}, "channel", oneOf(api.ChannelEmail, api.ChannelSMS, api.ChannelVoice)},
		{api.DeliveryRequest{}, "channel", oneOf(api.ChannelEmail, api.ChannelSMS, api.ChannelVoice)},
	}
}

// narrow applies the rules to the registry's schemas and names the codes that
// a problem may carry.
func narrow(registry huma.Registry) {
	for _, r := range rules() {
		t := reflect.TypeOf(r.of)
		schema := registry.Schema(t, false, t.Name())
		field := schema.Properties[r.field]
		if field == nil {
			panic("no field " + r.field + " in " + t.Name())
		}
		r.apply(field)
		field.PrecomputeMessages()
		schema.PrecomputeMessages()
	}
	t := reflect.TypeFor[problem]()
	code := registry.Schema(t, false, "Problem").Properties["code"]
	oneOf(codes()...)(code)
	code.PrecomputeMessages()
}

// codes are the problem codes that this server sends, sorted.
func codes() []string {
	list := make([]string, 0, len(statuses))
	for c := range statuses {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

func oneOf(values ...string) func(*huma.Schema) {
	return func(s *huma.Schema) {
		s.Enum = nil
		for _, v := range values {
			s.Enum = append(s.Enum, v)
		}
	}
}

func atLeast(n float64) func(*huma.Schema) {
	return func(s *huma.Schema) { s.Minimum = &n }
}

func length(lo, hi int) func(*huma.Schema) {
	return func(s *huma.Schema) { s.MinLength, s.MaxLength = new(lo), new(hi) }
}

func pattern(re string, lo, hi int) func(*huma.Schema) {
	return func(s *huma.Schema) {
		length(lo, hi)(s)
		s.Pattern = re
	}
}
