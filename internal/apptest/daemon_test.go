package apptest

import (
	"context"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// The whole program, its worker and its outbox page, with a client.
func TestAClientMeetsTheWholeServer(t *testing.T) {
	d := StartDaemon(t)
	ctx := context.Background()
	c := NewComputer(&Server{TB: t, URL: d.URL, Clock: d.Clock}, "laptop", "")
	if st, err := c.Client().Refresh(ctx); err != nil || st.Server != app.ServerReachable || st.State != app.NotEnrolled {
		t.Errorf("before anything: %+v, %v", st, err)
	}
	st := c.Register()
	if st.Challenge.Outbox == "" || st.Challenge.Sender == "" || st.Challenge.Subject == "" {
		t.Errorf("%+v", st.Challenge)
	}
	code := d.Code(st.Challenge.Reference)
	if st, err := c.Client().Refresh(ctx); err != nil || st.Challenge.Deliveries[0].State != api.DeliveryHandedOver || st.Challenge.Expires == "" {
		t.Errorf("after the hand-over: %+v, %v", st.Challenge, err)
	}
	if st, err := c.Client().SendAgain(ctx); api.CodeOf(err) != api.CodeSendWait || st.Challenge.NextSend == "" {
		t.Errorf("at once again: %v, %+v", err, st.Challenge)
	}
	st, err := c.Client().Answer(ctx, code)
	if err != nil || st.State != app.Activated || st.Certificate == nil || st.Binding == nil {
		t.Fatalf("%+v, %v", st, err)
	}
	c.Put("A", "value")
	if st, err = c.Client().Refresh(ctx); err != nil || st.State != app.Activated || st.Challenge != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if st, err = c.Client().SignOut(ctx, app.SignOutInput{ForgetKeys: true}); err != nil || st.State != app.NotEnrolled {
		t.Errorf("%+v, %v", st, err)
	}
}
