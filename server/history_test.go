package server_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
)

// events lists a box's whole history, the oldest first.
func (b *box) events() []api.Event {
	b.l.Helper()
	var out []api.Event
	var before int64
	for {
		page, err := b.svc.History(ctx, b.caller("", nil), before)
		b.l.must(err)
		for _, e := range page.Events {
			out = append([]api.Event{e}, out...)
		}
		if before = page.Before; before == 0 {
			return out
		}
	}
}

func names(list []api.Event) string {
	var out []string
	for _, e := range list {
		name := e.Event
		if e.Reason != "" {
			name += ":" + e.Reason
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func TestTheHistoryOfAComputer(t *testing.T) {
	each(t, func(l *lab) {
		a, other := l.activated("kim@example.org"), l.box()
		l.must(other.enrol("kim@example.org", password))
		a.computer = a.computer.With("kernel", "6.2")
		a.visit(true)
		a.computer = a.computer.With("boot-disk", "d9")
		a.visit(false)
		_, _, err := a.answer(l.code())
		l.must(err)
		l.must(l.svc.SetPolicy(ctx, a.account, api.Strict))
		_, err = a.rotate()
		l.must(err)
		a.generation = 2
		a.visit(false)
		copied := a.copied()
		a.visit(false)
		copied.visit(false)
		a.visit(false)
		_, _, err = a.rekeyed(l.code())
		l.must(err)
		got := a.events()
		want := "asked:register activated:register released accepted asked:changed activated:changed policy:strict " +
			"rotating rotated forked asked:fork key-changed:fork activated:fork rotating:fork"
		if names(got) != want {
			t.Errorf("got  %s\nwant %s", names(got), want)
		}
		for i, e := range got {
			if e.At == "" || (i > 0 && e.Seq <= got[i-1].Seq) {
				t.Errorf("event %+v", e)
			}
			if e.Event == api.EventAccepted && (len(e.Changes) != 1 || e.Changes[0].Kind != "kernel") {
				t.Errorf("accepted: %+v", e)
			}
			if e.Event == api.EventAsked && len(e.Reference) != 3 {
				t.Errorf("asked: %+v", e)
			}
		}
		if got := names(other.events()); got != "asked:enrol" {
			t.Errorf("a computer that was never active sees %q", got)
		}
		_, err = l.svc.History(ctx, copied.caller("", nil), 0)
		l.want(err, api.CodeRevoked)
		_, err = l.svc.History(ctx, l.box().caller("", nil), 0)
		l.want(err, api.CodeUnknownKey)
	})
}

func TestHistoryComesInPages(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		for i := range 99 { // with the first two one more than two pages
			l.clock.pass(2 * time.Hour)
			a.computer = a.computer.With("kernel", fmt.Sprint(i))
			a.visit(false)
		}
		first, err := l.svc.History(ctx, a.caller("", nil), 0)
		l.must(err)
		if len(first.Events) != 50 || first.Before != first.Events[49].Seq || first.Events[0].Seq <= first.Before {
			t.Errorf("first page: %d events, before %d", len(first.Events), first.Before)
		}
		next, err := l.svc.History(ctx, a.caller("", nil), first.Before)
		l.must(err)
		last, err := l.svc.History(ctx, a.caller("", nil), next.Before)
		l.must(err)
		if len(next.Events) != 50 || len(last.Events) != 1 || last.Before != 0 || last.Events[0].Event != api.EventAsked {
			t.Errorf("then %d, then %+v", len(next.Events), last)
		}
		none, err := l.svc.History(ctx, a.caller("", nil), 1)
		l.must(err)
		if none.Events == nil || len(none.Events) != 0 || none.Before != 0 {
			t.Errorf("at the end: %+v", none)
		}
	})
}

// TestFactsArePartOfTheChain: somebody who writes to the database and gets past
// its triggers still cannot change what the history says.
func TestFactsArePartOfTheChain(t *testing.T) {
	each(t, func(l *lab) {
		a := l.activated("kim@example.org")
		l.must(l.svc.VerifyAudit(ctx, a.account))
		driver, drop := "sqlite", "DROP TRIGGER audit_no_update"
		if l.db.Name == "postgres" {
			driver, drop = "pgx", "DROP TRIGGER audit_no_change ON audit"
		}
		db, err := sql.Open(driver, l.db.DSN)
		l.must(err)
		defer db.Close()
		_, err = db.ExecContext(ctx, drop)
		l.must(err)
		for _, facts := range []string{`{"reason":"enrol"}`, ""} {
			_, err = db.ExecContext(ctx, "UPDATE audit SET facts = $1 WHERE event = 'activated'", facts)
			l.must(err)
			if err := l.svc.VerifyAudit(ctx, a.account); err == nil {
				t.Errorf("facts %q pass", facts)
			}
		}
	})
}
