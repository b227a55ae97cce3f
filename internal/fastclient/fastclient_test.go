package fastclient_test

import (
	"context"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/apptest"
	"github.com/seed-1feef0b2/holdfast/internal/fastclient"
	"github.com/seed-1feef0b2/holdfast/server"
)

// TestAFastClientDoesWhatAClientDoes: register, answer, check in, another disk,
// another computer, and the same share with every release.
func TestAFastClientDoesWhatAClientDoes(t *testing.T) {
	ctx := context.Background()
	s := apptest.NewServer(t)
	to := &fastclient.Server{URL: s.URL, Now: s.Clock.Now}
	d := join(t, to, (*fastclient.Device).Register)
	first := answer(t, s, d)
	if st, _, err := d.CheckIn(ctx, false); err != nil || st.State != api.DeviceActivated || st.Release != nil {
		t.Fatalf("%+v, %v", st, err)
	}
	if st, _, err := d.CheckIn(ctx, true); err != nil || st.Release == nil || string(d.Share) != first {
		t.Fatalf("%+v, %v", st, err)
	}
	d.Disk = "d9"
	if st, _, err := d.CheckIn(ctx, false); err != nil || st.State != api.DeviceLimited {
		t.Fatalf("%+v, %v", st, err)
	}
	if again := answer(t, s, d); again != first {
		t.Error("another share")
	}
	if st, _, err := d.Look(ctx); err != nil || st.State != api.DeviceActivated {
		t.Errorf("%+v, %v", st, err)
	}
	second := join(t, to, (*fastclient.Device).Enrol)
	if second.Account != d.Account || answer(t, s, second) == first {
		t.Errorf("%+v", second)
	}
	h, err := d.History(ctx)
	if err != nil || len(h.Events) < 4 {
		t.Errorf("%+v, %v", h, err)
	}
	if r, err := second.SendAgain(ctx); err != nil || r.Code != api.CodeUsed || r.Err() == nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func join(t *testing.T, to *fastclient.Server, how func(*fastclient.Device, context.Context) (fastclient.Reply, error)) *fastclient.Device {
	t.Helper()
	d, err := fastclient.New(to, "kim@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := how(d, context.Background()); err != nil || r.Err() != nil {
		t.Fatal(r.Err(), err)
	}
	return d
}

func answer(t *testing.T, s *apptest.Server, d *fastclient.Device) string {
	t.Helper()
	st, r, err := d.Answer(context.Background(), s.Code(d.Challenge.Reference))
	if err != nil || st.State != api.DeviceActivated || len(d.Share) != 32 {
		t.Fatalf("%+v, %s, %v", st, r.Code, err)
	}
	return string(d.Share)
}

// TestTheLaptopIsWhole: a kind that the server comes to want is missing here.
func TestTheLaptopIsWhole(t *testing.T) {
	has := map[string]bool{}
	for _, c := range fastclient.Snapshot("d1").Components {
		has[c.Kind] = true
	}
	for _, kind := range server.Required("linux") {
		if !has[kind] {
			t.Errorf("no %s", kind)
		}
	}
	if n := len(fastclient.Packages(fastclient.Snapshot("d1"), 1000).Components); n < 1020 {
		t.Errorf("%d components", n)
	}
}
