package deliver

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Outcome is what became of one attempt. State is api.DeliveryHandedOver,
// api.DeliveryPutOff or api.DeliveryRefused; Detail is the relay's reply or what
// stood in the way, without addresses and codes, at most 160 characters.
//
// Provider is "NAME/ID", what the provider calls the message in later reports;
// empty where it gives no id.
//
// Theirs says of a refusal that it speaks of whom the letter is for: that way fails.
// A provider that will not deal with this server refuses nothing: it puts off, so
// that the next one is asked, and this one again once somebody has mended that.
// Down says that the provider itself was the trouble, whatever the message:
// InOrder passes it over for a while.
type Outcome struct {
	State    string
	Detail   string
	Provider string
	Theirs   bool
	Down     bool
}

// Sender hands one letter over. It returns when the outcome is known or the
// context ends, and may be called by several goroutines.
type Sender interface {
	// From is the address that letters come from; empty where there is none.
	From() string
	Send(ctx context.Context, l Letter) Outcome
}

func handedOver(detail string) Outcome { return Outcome{State: api.DeliveryHandedOver, Detail: detail} }
func putOff(detail string) Outcome     { return Outcome{State: api.DeliveryPutOff, Detail: detail} }
func refused(detail string) Outcome    { return Outcome{State: api.DeliveryRefused, Detail: detail} }

// refusedThem is a refusal that speaks of whom the letter is for.
func refusedThem(detail string) Outcome {
	return Outcome{State: api.DeliveryRefused, Detail: detail, Theirs: true}
}

// down is an outcome of a provider that cannot be worked with at all for now.
func down(detail string) Outcome {
	return Outcome{State: api.DeliveryPutOff, Detail: detail, Down: true}
}
