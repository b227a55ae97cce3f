package httpapi

import (
	"reflect"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/seed-1feef0b2/holdfast/api"
)

// FuzzDecode: no body crashes the decoder, every refusal is one of its three
// codes and repeats nothing of the body, and what is accepted means the same
// after a round trip.
func FuzzDecode(f *testing.F) {
	d := decoder{huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)}
	requests := []func() any{
		func() any { return &api.CheckInRequest{} }, func() any { return &api.AnswerRequest{} },
		func() any { return &api.EnrolRequest{} }, func() any { return &api.DeliveryRequest{} },
	}
	f.Add(uint8(0), []byte(`{"snapshot":{"schema":1,"platform":"linux","components":[]},"prev":"`+chain32+`","next":"`+chain32+`"}`))
	f.Add(uint8(1), []byte(`{"code":"4HTM3XR9W","snapshot":{"schema":1,"platform":"linux","components":[]},"ephemeral":""}`))
	f.Add(uint8(3), []byte(`{"channel":"email","channel":"sms"}`))
	f.Add(uint8(3), []byte("{\"Channel\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		fresh := requests[int(which)%len(requests)]
		v := fresh()
		if err := d.decode(body, v); err != nil {
			switch c := api.CodeOf(err); c {
			case api.CodeBadRequest, api.CodeUnknownField, api.CodeInvalidValue:
			default:
				t.Fatalf("refused with %s", c)
			}
			if len(body) > 12 && err.Error() != api.CodeOf(err) {
				t.Fatalf("the refusal says more than its code: %v", err)
			}
			return
		}
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		again := fresh()
		if err := d.decode(raw, again); err != nil || !reflect.DeepEqual(v, again) {
			t.Fatalf("does not survive a round trip (%v)", err)
		}
	})
}

const chain32 = "00112233445566778899aabbccddeeff"
