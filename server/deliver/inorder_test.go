package deliver

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// said is a sender that always says the same, and notes that it was asked.
func said(name string, out Outcome, asked *[]string) Sender {
	return &fakeSender{do: func(context.Context, Letter) Outcome {
		*asked = append(*asked, name)
		return out
	}}
}

func TestWhoGivesWay(t *testing.T) {
	ok, elsewhere := handedOver("250 b"), down("553 not from you")
	for name, c := range map[string]struct {
		first, second, want Outcome
		asked               []string
	}{
		"taken":                 {handedOver("250 a"), ok, handedOver("250 a"), []string{"a"}},
		"down":                  {down("away"), ok, ok, []string{"a", "b"}},
		"put off":               {putOff("451 later"), ok, ok, []string{"a", "b"}},
		"refused us":            {elsewhere, ok, ok, []string{"a", "b"}},
		"refused the recipient": {refused("550 unknown"), ok, refused("550 unknown"), []string{"a"}},
		"both put off":          {putOff("451 a"), putOff("451 b"), putOff("451 a"), []string{"a", "b"}},
		"down, then put off":    {down("away"), putOff("451 b"), putOff("451 b"), []string{"a", "b"}},
		"both down":             {down("a"), down("b"), down("a"), []string{"a", "b"}},
		"put off, then refused": {putOff("451 a"), refused("550 b"), refused("550 b"), []string{"a", "b"}},
		"both refuse us":        {elsewhere, elsewhere, elsewhere, []string{"a", "b"}},
		"refuses us, then down": {elsewhere, down("b"), elsewhere, []string{"a", "b"}},
		"refuses us, then them": {elsewhere, refusedThem("550 b"), refusedThem("550 b"), []string{"a", "b"}},
	} {
		var asked []string
		o, err := NewInOrder(newClock().Now, 0, said("a", c.first, &asked), said("b", c.second, &asked))
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Send(t.Context(), Letter{}); got != c.want || !slices.Equal(asked, c.asked) {
			t.Errorf("%s: %+v, asked %v", name, got, asked)
		}
	}
}

// TestAProviderThatWasDownIsAskedLast, until it is tried again or the other one
// fails too.
func TestAProviderThatWasDownIsAskedLast(t *testing.T) {
	var asked []string
	c := newClock()
	o, err := NewInOrder(c.Now, 0, said("a", down("away"), &asked), said("b", handedOver("250"), &asked))
	if err != nil {
		t.Fatal(err)
	}
	o.Send(t.Context(), Letter{})
	o.Send(t.Context(), Letter{})
	c.add(downFor)
	o.Send(t.Context(), Letter{})
	if want := []string{"a", "b", "b", "a", "b"}; !slices.Equal(asked, want) {
		t.Errorf("%v", asked)
	}
	if o.From() != theSender {
		t.Error(o.From())
	}
}

// TestABlackHoleLeavesTimeForTheNext: the time is shared.
func TestABlackHoleLeavesTimeForTheNext(t *testing.T) {
	silent := &fakeSender{do: func(ctx context.Context, _ Letter) Outcome {
		<-ctx.Done()
		return down("silence")
	}}
	var asked []string
	o, err := NewInOrder(newClock().Now, 400*time.Millisecond, silent, silent, said("c", handedOver("250"), &asked))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	if out := o.Send(t.Context(), Letter{}); out.State != api.DeliveryHandedOver || time.Since(at) > 3*time.Second {
		t.Errorf("%+v after %v", out, time.Since(at))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out := o.Send(ctx, Letter{}); out.State == "" {
		t.Errorf("%+v", out)
	}
	if _, err := NewInOrder(newClock().Now, 0); err == nil {
		t.Error("without any sender")
	}
}

type closing struct {
	fakeSender
	err error
}

func (c *closing) Close() error { return c.err }

func TestAllAreClosed(t *testing.T) {
	broken := errors.New("broken")
	o, err := NewInOrder(newClock().Now, 0, &closing{}, &fakeSender{}, &closing{err: broken})
	if err != nil || !errors.Is(o.Close(), broken) {
		t.Error(err)
	}
}

func TestTranscriptIDs(t *testing.T) {
	l := Letter{Code: "4HT-M3X-R9W"}
	for reply, want := range map[string]string{
		"2.0.0 Ok: queued as 4bXk2p7Rz9":                                      "4bXk2p7Rz9",
		"2.0.0 Ok: queued as A1B2C3.":                                         "A1B2C3",
		"OK id=1tExAm-0001Xy-2Z":                                              "1tExAm-0001Xy-2Z",
		"2.0.0 4AMExAmp012345 Message accepted for delivery":                  "4AMExAmp012345",
		"2.6.0 <a@b> [InternalId=28145, Hostname=x] Queued mail for delivery": "28145",
		"Ok 0100019example-5f6d-000000":                                       "0100019example-5f6d-000000",
		"OK":                                                                  "",
		"2.0.0 accepted":                                                      "",
		"2.0.0 Ok: queued as 4HTM3XR9W":                                       "",
		"2.0.0 Ok: queued as x-4ht-m3x-r9w-01":                                "",
	} {
		if got := transcriptID(reply, l); got != want {
			t.Errorf("%q: %q, want %q", reply, got, want)
		}
	}
}
