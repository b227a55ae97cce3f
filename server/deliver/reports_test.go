package deliver

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// never knows no message.
type never struct{ tries chan server.Report }

func (n never) TakeReport(_ context.Context, r server.Report) (bool, error) {
	n.tries <- r
	return false, nil
}

func TestReportsAboutNothingAreBounded(t *testing.T) {
	n := never{make(chan server.Report, 2*reportsMost)}
	r := NewReports(n, nil)
	for range reportsMost + 10 {
		if err := r.Take(context.Background(), server.Report{Provider: "acme/x", State: api.DeliveryDelivered}); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.wait) != reportsMost {
		t.Errorf("%d reports wait", len(r.wait))
	}
	for _, w := range r.wait[:1] {
		w.tries = len(reportPauses())
		r.later(w)
	}
	if len(r.wait) != reportsMost {
		t.Error("a report is offered for ever")
	}
	if err := r.Take(context.Background(), server.Report{Provider: "acme/x"}); err != nil || len(n.tries) != reportsMost+10 {
		t.Error("news that change nothing were offered")
	}
}

// broken has no database.
type broken struct{}

func (broken) TakeReport(context.Context, server.Report) (bool, error) {
	return false, errors.New("no database")
}

func TestAReportThatCannotBeStoredIsSaidToBe(t *testing.T) {
	r := NewReports(broken{}, nil)
	if err := r.Take(context.Background(), server.Report{Provider: "acme/x", State: api.DeliveryBounced}); err == nil || len(r.wait) != 0 {
		t.Errorf("%v, %d wait", err, len(r.wait))
	}
}
