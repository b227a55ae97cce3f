package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// plan opens a window of IT's from now on.
func (l *lab) plan(account string, long time.Duration, change func(*server.NewWindow)) server.Window {
	l.Helper()
	n := server.NewWindow{Account: account, From: l.clock.now(), To: l.clock.now().Add(long), Note: "patch night"}
	change(&n)
	v, err := l.svc.PlanWindow(ctx, n)
	l.must(err)
	return v
}

func (b *box) announce(groups ...string) (api.DeviceReply, error) {
	r := api.AnnounceRequest{Groups: groups, Hours: 24}
	reply, err := b.svc.Announce(ctx, b.caller("announce", r), r)
	if err == nil {
		b.challenge = *reply.Challenge
	}
	return reply, err
}

// history gives the device's events, the newest first.
func (b *box) history() []api.Event {
	b.l.Helper()
	h, err := b.svc.History(ctx, b.caller("history", nil), 0)
	b.l.must(err)
	return h.Events
}

func TestAPatchNight(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.must(l.svc.SetPolicy(ctx, b.account, api.Managed))
		later := l.plan("", 4*time.Hour, func(n *server.NewWindow) {
			n.Kinds, n.From = []string{"kernel", "module", "package"}, l.clock.now().Add(time.Hour)
		})
		reply, err := b.checkIn()
		l.must(err)
		if len(reply.Windows) != 1 || reply.Windows[0].ID != later.ID || reply.Windows[0].From != "2026-03-02T10:00:00Z" {
			t.Fatalf("told of %+v", reply.Windows)
		}
		b.computer = b.computer.With("kernel", "6.2")
		if reply, _ = b.checkIn(); reply.Challenge == nil || reply.State != api.DeviceLimited {
			t.Fatalf("before the window: %+v", reply)
		}
		l.clock.pass(time.Hour)
		for i := range 12 { // a night of restarts: the vault binds everything, so each asks for the share
			b.computer = b.computer.With("kernel", "6.2").With("package", "x", strings.Repeat("y", i+1))
			reply, err = b.checkInAs(true)
			l.must(err)
			if reply.State != api.DeviceActivated || reply.Release == nil || reply.Window != later.ID || reply.Challenge != nil {
				t.Fatalf("restart %d: %+v", i, reply)
			}
		}
		if e := b.history()[0]; e.Event != api.EventAccepted || e.Window != later.ID || len(e.Changes) == 0 {
			t.Errorf("the history says %+v", e)
		}
		b.computer = b.computer.With("package", "x").With("memory", "32")
		if reply, _ = b.checkInAs(true); reply.Challenge == nil || reply.Release != nil || reply.Window != "" {
			t.Fatalf("partly outside: %+v", reply)
		}
		named := map[string]bool{}
		for _, c := range reply.Challenge.Changes {
			named[c.Kind] = true
		}
		if !named["memory"] || !named["package"] {
			t.Errorf("the message names %v, not all of it", named)
		}
		b.computer = b.computer.With("memory", "16").With("module", "a", "b")
		if reply, _ = b.checkIn(); reply.Challenge == nil || len(reply.Flags) != 1 {
			t.Fatalf("a driver that nobody listed: %+v", reply)
		}
		l.plan(b.account, time.Hour, func(n *server.NewWindow) {
			n.Kinds, n.Flags = []string{"module"}, []string{api.FlagNewDriver}
		})
		if reply, _ = b.checkIn(); reply.State != api.DeviceActivated || !strings.Contains(reply.Window, ",") {
			t.Fatalf("listed by two windows: %+v", reply)
		}
		l.clock.pass(5 * time.Hour)
		b.computer = b.computer.With("kernel", "6.3")
		if reply, _ = b.checkIn(); reply.Challenge == nil || len(reply.Windows) != 0 {
			t.Fatalf("after the window: %+v", reply)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
		l.must(l.svc.VerifyAudit(ctx, ""))
	})
}

func TestAWindowTakenBack(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		v := l.plan(b.account, time.Hour, func(n *server.NewWindow) { n.Groups = []string{api.GroupDisk} })
		list, err := l.svc.Windows(ctx, b.account)
		if err != nil || len(list) != 1 || list[0].ID != v.ID || list[0].Note != "patch night" {
			t.Fatalf("%+v %v", list, err)
		}
		l.must(l.svc.TakeBack(ctx, v.ID))
		l.want(l.svc.TakeBack(ctx, v.ID), api.CodeNotFound)
		l.want(l.svc.TakeBack(ctx, "none"), api.CodeNotFound)
		b.computer = b.computer.With("boot-disk", "d9")
		if reply, _ := b.checkIn(); reply.Challenge == nil {
			t.Error("a window that was taken back still counts")
		}
		_, err = l.svc.PlanWindow(ctx, server.NewWindow{Account: "402593718460", Kinds: []string{"cpu"}, From: l.clock.now(), To: l.clock.now().Add(time.Hour)})
		l.want(err, api.CodeNotFound)
	})
}

func TestAnAnnouncedDisk(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		l.deliver()
		reply, err := b.announce(api.GroupDisk)
		l.must(err)
		if reply.State != api.DeviceActivated || reply.Certificate == "" || reply.Challenge.Reason != api.ReasonAnnounce {
			t.Fatalf("announcing limits the computer: %+v", reply)
		}
		first := b.challenge.Reference
		if reply, err = b.announce(api.GroupDisk); err != nil || reply.Challenge.Reference != first {
			t.Fatalf("the same again: %+v %v", reply.Challenge, err)
		}
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceActivated || reply.Challenge != nil {
			t.Fatalf("meanwhile: %+v %v", reply, err)
		}
		typed := l.code()
		if m := l.mail[len(l.mail)-1]; m.Kind != server.MessageAnnounce || m.Data["Groups"] != "disk" || m.Data["Hours"] != "24" {
			t.Fatalf("the message is %+v", m.Data)
		}
		b.challenge.Reference = first
		reply, _, err = b.answer(typed)
		l.must(err)
		if len(reply.Windows) != 1 || reply.Windows[0].Origin != api.WindowPerson || reply.Windows[0].To != "2026-03-03T09:00:00Z" {
			t.Fatalf("the code opened %+v", reply.Windows)
		}
		if got := kinds(l.deliver()); got != server.NoticeAnnounced {
			t.Errorf("told: %s", got)
		}
		_, err = b.announce(api.GroupBoard)
		l.want(err, api.CodeWindowOpen)

		b.computer = b.computer.With("boot-disk", "d9").With("disk", "d9", "d2")
		reply, err = b.checkInAs(true)
		l.must(err)
		if reply.State != api.DeviceActivated || reply.Release == nil || reply.Challenge != nil || len(reply.Windows) != 0 || reply.HoldUntil == "" {
			t.Fatalf("the announced change: %+v", reply)
		}
		if got := kinds(l.deliver()); got != server.NoticeWindowUsed {
			t.Errorf("told: %s", got)
		}
		var events []string
		for _, e := range b.history() {
			events = append(events, e.Event)
		}
		if got := strings.Join(events, " "); got != "accepted released announced asked activated asked" {
			t.Errorf("the history: %s", got)
		}
		b.computer = b.computer.With("boot-disk", "d10")
		if reply, _ = b.checkIn(); reply.Challenge == nil || reply.Challenge.Reason != api.ReasonChanged {
			t.Errorf("a second disk on one announcement: %+v", reply)
		}
		l.must(l.svc.VerifyAudit(ctx, b.account))
	})
}

func TestAnnouncementsThatAreRefused(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		_, err := b.announce(api.GroupDisk)
		l.want(err, api.CodeNotActivated)
		_, _, err = b.answer(l.code())
		l.must(err)
		for _, groups := range [][]string{nil, {"installation"}, {"disk", "disk"}, {"floppy"}} {
			_, err := b.announce(groups...)
			l.want(err, api.CodeInvalidValue)
		}
		_, err = b.announce(api.GroupBoard, api.GroupDisk)
		l.want(err, api.CodeWindowWide)
		for _, hours := range []int{-1, 169} {
			r := api.AnnounceRequest{Groups: []string{api.GroupDisk}, Hours: hours}
			_, err := b.svc.Announce(ctx, b.caller("announce", r), r)
			l.want(err, api.CodeInvalidValue)
		}
		groups := []string{api.GroupDisk, api.GroupBoard, api.GroupNetwork, api.GroupDisk, api.GroupBoard, api.GroupNetwork}
		for i, g := range groups {
			l.clock.pass(time.Hour)
			_, err := b.announce(g)
			if i < 5 {
				l.must(err)
				continue
			}
			if e := l.want(err, api.CodeTooMany); e.RetryAt.IsZero() {
				t.Error("nobody says until when")
			}
		}
	})
}

// TestAnAnnouncementNobodyAnswers limits nothing, and gives way to a code that
// is needed.
func TestAnAnnouncementNobodyAnswers(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		_, err := b.announce(api.GroupDisk)
		l.must(err)
		typed, announced := l.code(), b.challenge.Reference
		b.computer = b.computer.With("boot-disk", "d9")
		reply, err := b.checkIn()
		l.must(err)
		if reply.State != api.DeviceLimited || reply.Challenge.Reason != api.ReasonChanged {
			t.Fatalf("the disk came before the code: %+v", reply)
		}
		changed := b.challenge.Reference
		b.challenge.Reference = announced
		_, _, err = b.answer(typed)
		l.want(err, api.CodeExpired)
		b.challenge.Reference = changed
		_, _, err = b.answer(l.code())
		l.must(err)

		_, err = b.announce(api.GroupDisk)
		l.must(err)
		for i := range 5 {
			l.clock.pass(time.Hour)
			_, _, err = b.answer(wrongCode(l.code()))
			if i < 4 {
				l.want(err, api.CodeWrong)
			}
		}
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceActivated {
			t.Errorf("wrong codes for an announcement limit the computer: %+v %v", reply, err)
		}
		l.clock.pass(48 * time.Hour)
		if reply, err = b.checkIn(); err != nil || reply.State != api.DeviceActivated || reply.Challenge != nil {
			t.Errorf("it did not expire silently: %+v %v", reply, err)
		}
	})
}

// TestAForkClosesTheWindow: what was announced may be in other hands.
func TestAForkClosesTheWindow(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		_, err := b.announce(api.GroupDisk)
		l.must(err)
		_, _, err = b.answer(l.code())
		l.must(err)
		stale := b.prev
		_, err = b.checkIn()
		l.must(err)
		_, err = b.checkIn()
		l.must(err)
		b.prev = stale
		b.computer = b.computer.With("boot-disk", "d9")
		reply, err := b.checkInAs(true)
		l.must(err)
		if reply.State != api.DeviceFrozen || reply.Release != nil || len(reply.Windows) != 0 {
			t.Errorf("a copy inside an announced window: %+v", reply)
		}
	})
}

func TestNewerRulesAreSentAndSettled(t *testing.T) {
	each(t, func(l *lab) {
		rules, err := server.ParseRules([]byte(`{"version": 4, "texts": ["x"]}`))
		l.must(err)
		svc, err := server.New(server.Config{
			Store: l.db.Open(), Now: l.clock.now, Master: server.NewSealer([32]byte{1, 2, 3}),
			Origin: "https://holdfast.example.org", Rules: rules,
		})
		l.must(err)
		b := l.activated("kim@example.org")
		b.svc = svc
		b.l.must(svc.SetPolicy(ctx, b.account, api.Strict))
		check := func(held int) api.DeviceReply {
			t.Helper()
			r, _ := b.report(false)
			r.RulesVersion, r.Snapshot.Rules = held, held
			reply, err := b.svc.CheckIn(ctx, b.caller("check-in", r), r)
			l.must(err)
			b.prev = r.Next
			return reply
		}
		if reply := check(3); strings.Count(reply.Rules, ".") != 2 || reply.State != api.DeviceActivated {
			t.Fatalf("older rules: %q", reply.Rules)
		}
		b.computer = b.computer.With("system-serial", "-")
		if reply := check(4); reply.Rules != "" || reply.State != api.DeviceActivated || len(reply.Changes) != 0 {
			t.Fatalf("newer rules took a value away: %+v", reply)
		}
		if reply := check(4); reply.State != api.DeviceActivated || len(reply.Changes) != 0 {
			t.Fatalf("and again: %+v", reply)
		}
		b.computer = b.computer.With("board-serial", "-")
		if reply := check(4); reply.Challenge == nil {
			t.Error("the same rules took another value away, and strict says nothing")
		}
	})
}
