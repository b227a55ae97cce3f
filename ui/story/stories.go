package story

import (
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

// All are all stories, in the order in which a person meets them.
func All() []Story {
	var all []Story
	for _, part := range [][]Story{beginning(), codes(), changes(), homes(), keys(), asides(), asking(), histories(), securities(), losses()} {
		all = append(all, part...)
	}
	return all
}

// with changes a view.
func with(v screen.View, change func(*screen.View)) screen.View {
	change(&v)
	return v
}

func at0(v screen.View, p screen.Place) screen.View {
	v.Place = p
	return v
}

func beginning() []Story {
	starting := func(d time.Duration) screen.View {
		return screen.View{Now: Now, Since: Now.Add(-d), Work: screen.WorkStart}
	}
	return []Story{
		{Name: "starting-first", View: starting(0)},
		{Name: "starting-checking", View: starting(time.Second)},
		{Name: "starting-still", View: starting(9 * time.Second)},
		{Name: "problem-unread", View: failed(starting(time.Second), screen.WorkStart, api.NewError(api.CodeReadFailed))},
		{Name: "welcome-new", View: Newcomer()},
		{Name: "welcome-broken", View: with(Newcomer(), func(v *screen.View) { v.Status.Warnings = []string{"error.state_newer"} })},
		{Name: "register-empty", View: at0(Newcomer(), screen.AtRegister)},
		{Name: "register-busy", View: with(at0(Newcomer(), screen.AtRegister), func(v *screen.View) { v.Work = screen.WorkRegister })},
		{Name: "register-away", View: failed(at0(Newcomer(), screen.AtRegister), screen.WorkRegister, errAway)},
		{Name: "register-weak", View: failed(at0(Newcomer(), screen.AtRegister), screen.WorkRegister, api.NewError(api.CodePasswordWeak))},
		{Name: "sign-in-empty", View: at0(Newcomer(), screen.AtSignIn)},
		{Name: "sign-in-refused", View: failed(at0(Newcomer(), screen.AtSignIn), screen.WorkEnrol, api.NewError(api.CodeSignIn))},
		{Name: "sign-in-full", View: failed(at0(Newcomer(), screen.AtSignIn), screen.WorkEnrol, api.NewError(api.CodeNoPlaces))},
		{Name: "done-first", View: with(Activated(), func(v *screen.View) { v.Fresh = true })},
	}
}

// challenge changes the open challenge of a view.
func challenge(v screen.View, change func(*app.Challenge)) screen.View {
	ch := *v.Status.Challenge
	ch.Deliveries = append([]app.Delivery{}, ch.Deliveries...)
	change(&ch)
	v.Status.Challenge = &ch
	return v
}

// full is a whole code with its check symbol.
var full = code.WithCheck("4HTM3XR9")

func typed(code string) func(screen.Screen) {
	return func(s screen.Screen) {
		if p, ok := s.(screen.Paster); ok {
			p.Paste(code)
		}
	}
}

func delivery(state, detail, next string) func(*app.Challenge) {
	return func(ch *app.Challenge) {
		ch.Deliveries = []app.Delivery{{Channel: api.ChannelEmail, State: state, At: at(14, 10), Detail: detail, NextTry: next}}
		if state != api.DeliveryHandedOver {
			ch.Expires = ""
		}
	}
}

func codes() []Story {
	wrong := api.NewError(api.CodeWrong).With("Count", 3)
	return []Story{
		{Name: "code-empty", View: Pending()},
		{Name: "code-half", View: Pending(), Act: typed("4HT-M")},
		{Name: "code-busy", View: with(Pending(), func(v *screen.View) { v.Work = screen.WorkAnswer }), Act: typed(full)},
		{Name: "code-wrong", View: failed(Pending(), screen.WorkAnswer, wrong), Act: typed(full)},
		{Name: "code-mistyped", View: failed(Pending(), screen.WorkAnswer, api.NewError(api.CodeMistyped)), Act: typed(full)},
		{Name: "code-expired", View: failed(Pending(), screen.WorkAnswer, api.NewError(api.CodeExpired)), Act: typed(full)},
		{Name: "code-too-many", View: failed(Pending(), screen.WorkAnswer, api.NewError(api.CodeChallengeLocked).At(Now.Add(20*time.Minute)))},
		{Name: "code-away", View: failed(Pending(), screen.WorkAnswer, errAway), Act: typed(full)},
		{Name: "code-pasted-nothing", View: Pending(), Act: typed("Dear Kim, the meeting is on Tuesday at ten, bring the papers along.")},
		{Name: "code-digits", View: challenge(Pending(), func(ch *app.Challenge) {
			ch.CodeKind, ch.CodeLength, ch.Channel, ch.Destination, ch.Opened = "digits", 6, api.ChannelSMS, "•• •• 47", at(14, 11)
		}), Act: typed("0482")},
		{Name: "code-queued", View: challenge(Pending(), delivery(api.DeliveryQueued, "", ""))},
		{Name: "code-put-off", View: challenge(Pending(), delivery(api.DeliveryPutOff, "451 4.7.1 greylisted", at(14, 25)))},
		{Name: "code-refused", View: challenge(Pending(), delivery(api.DeliveryRefused, "550 5.1.1 no such mailbox", ""))},
		{Name: "code-bounced", View: challenge(Pending(), delivery(api.DeliveryBounced, "552 5.2.2 mailbox full", ""))},
		{Name: "code-again", View: challenge(Pending(), func(ch *app.Challenge) { ch.NextSend = "" })},
		{Name: "code-outbox", View: challenge(Pending(), func(ch *app.Challenge) { ch.Outbox = "http://127.0.0.1:7461/outbox" })},
		{Name: "code-help", View: late()},
		{Name: "code-unsent", View: with(Pending(), func(v *screen.View) {
			v.Status.Challenge, v.Status.Server = nil, app.ServerAway
		})},
	}
}

// late is a code that was asked for twenty minutes ago: the ladder is open.
func late() screen.View {
	return challenge(Pending(), func(ch *app.Challenge) {
		ch.Opened, ch.Expires, ch.NextSend = at(13, 52), at(14, 52), ""
		ch.Deliveries[0].At = at(13, 52)
	})
}

func changes() []Story {
	return []Story{
		{Name: "changed-disk", View: Changed()},
		{Name: "changed-one", View: with(Changed(), func(v *screen.View) { v.Status.Drift = Drift()[:1] })},
		{Name: "changed-wrong", View: failed(Changed(), screen.WorkAnswer, api.NewError(api.CodeWrong).With("Count", 1)), Act: typed(full)},
		{Name: "changed-copy", View: with(challenge(Changed(), func(ch *app.Challenge) { ch.Reason = api.ReasonFork }), func(v *screen.View) {
			v.Status.State, v.Status.Drift = app.Frozen, nil
		})},
		{Name: "changed-away", View: with(Changed(), func(v *screen.View) { v.Status.Challenge, v.Status.Server = nil, app.ServerAway })},
		{Name: "revoked-here", View: base(status(app.Revoked, app.AccessNone))},
	}
}

func homes() []Story {
	empty := with(Activated(), func(v *screen.View) { v.Keys = nil })
	return []Story{
		{Name: "home-keys", View: Activated()},
		{Name: "home-empty", View: empty},
		{Name: "home-away", View: with(Activated(), func(v *screen.View) { v.Status.Server = app.ServerAway })},
		{Name: "home-copied", View: with(Activated(), func(v *screen.View) {
			v.Copied, v.CopiedUntil = "mail-password", Now.Add(27*time.Second)
		})},
		{Name: "home-kept", View: with(Activated(), func(v *screen.View) { v.Notice = &screen.Notice{Key: "ui.notice.put", Name: "mail-password"} })},
		{Name: "home-accepted", View: with(Activated(), func(v *screen.View) { v.Status.Accepted = Drift()[2:4] })},
		{Name: "home-warning", View: with(Activated(), func(v *screen.View) { v.Status.Warnings = []string{"error.clock_back"} })},
		{Name: "home-limited", View: Limited()},
		{Name: "home-read-only", View: with(Activated(), func(v *screen.View) {
			v.Status.State, v.Status.Access = app.Limited, app.AccessRead
			v.Status.Certificate = &app.Certificate{Expires: "2026-11-20T09:41:00Z", Policy: api.Strict}
		})},
		{Name: "home-busy", View: failed(Activated(), screen.WorkCheck, api.NewError(api.CodeProfileBusy))},
	}
}

func keys() []Story {
	return []Story{
		{Name: "add-key-empty", View: at0(Activated(), screen.AtAddKey)},
		{Name: "add-key-exists", View: failed(at0(Activated(), screen.AtAddKey), screen.WorkPut, api.NewError(api.CodeKeyExists))},
		{Name: "remove-key-ask", View: with(at0(Activated(), screen.AtRemove), func(v *screen.View) { v.Subject = "mail-password" })},
		{Name: "backup-empty", View: at0(Activated(), screen.AtBackup)},
		{Name: "backup-full", View: failed(at0(Activated(), screen.AtBackup), screen.WorkBackup, api.NewError(api.CodeDiskFull))},
		{Name: "restore-empty", View: at0(Activated(), screen.AtRestore)},
		{Name: "restore-wrong", View: failed(at0(Activated(), screen.AtRestore), screen.WorkRestore, api.NewError(api.CodePassphrase))},
		{Name: "sign-out-ask", View: at0(Activated(), screen.AtSignOut)},
		{Name: "sign-out-loses", View: failed(at0(Activated(), screen.AtSignOut), screen.WorkSignOut, api.NewError(api.CodeBackupNeeded))},
	}
}

func asides() []Story {
	return []Story{
		{Name: "read-reading", View: at0(Activated(), screen.AtRead)},
		{Name: "read-all", View: with(at0(Activated(), screen.AtRead), func(v *screen.View) { v.Snapshot = Snapshot() })},
		{Name: "settings-all", View: at0(Activated(), screen.AtSettings)},
		{Name: "settings-new", View: at0(Newcomer(), screen.AtSettings)},
		{Name: "report-making", View: at0(Activated(), screen.AtReport)},
		{Name: "report-made", View: with(at0(Activated(), screen.AtReport), func(v *screen.View) { v.Report = reportText })},
	}
}

// asking are the places where the owner says something beforehand, and what a
// lost chip looks like.
func asking() []Story {
	window := app.Window{
		ID: "w1", Origin: api.WindowPerson, Groups: []string{api.GroupDisk},
		From: at(13, 2), To: "2026-11-25T12:02:00Z",
	}
	patches := app.Window{
		ID: "w2", Origin: api.WindowIT, Kinds: []string{"kernel", "package", "gpu-driver"}, From: at(13, 0), To: at(18, 0),
	}
	announce := func(v *screen.View) {
		v.Place, v.Status.Challenge = screen.AtCode, Challenge(api.ReasonAnnounce)
	}
	chip := challenge(Changed(), func(ch *app.Challenge) { ch.Reason = api.ReasonChip })
	chip.Status.Drift = nil
	return []Story{
		{Name: "announce-choose", View: at0(Activated(), screen.AtAnnounce)},
		{Name: "announce-open", View: failed(at0(Activated(), screen.AtAnnounce), screen.WorkAnnounce, api.NewError(api.CodeWindowOpen))},
		{Name: "announce-code", View: with(Activated(), announce)},
		{Name: "home-window", View: with(Activated(), func(v *screen.View) { v.Status.Windows = []app.Window{window} })},
		{Name: "home-window-it", View: with(Activated(), func(v *screen.View) { v.Status.Windows = []app.Window{patches} })},
		{Name: "rotate-ask", View: at0(Activated(), screen.AtRotate)},
		{Name: "home-rotated", View: with(Activated(), func(v *screen.View) { v.Notice = &screen.Notice{Key: "ui.notice.rotated"} })},
		{Name: "changed-chip", View: chip},
		{Name: "home-chip-busy", View: with(Limited(), func(v *screen.View) { v.Status.ChipTrouble, v.Status.Challenge = api.CodeChipBusy, nil })},
		{Name: "home-chip-cleared", View: with(Limited(), func(v *screen.View) { v.Status.ChipTrouble, v.Status.Challenge = api.CodeChipCleared, nil })},
	}
}

func histories() []Story {
	read := func(events []app.Event) screen.View {
		return with(at0(Activated(), screen.AtHistory), func(v *screen.View) { v.History = events })
	}
	return []Story{
		{Name: "history-reading", View: at0(Activated(), screen.AtHistory)},
		{Name: "history-empty", View: read([]app.Event{})},
		{Name: "history-all", View: read(History())},
		{Name: "history-away", View: failed(read(History()[:4]), screen.WorkHistory, errAway)},
		{Name: "history-failed", View: failed(at0(Activated(), screen.AtHistory), screen.WorkHistory, errAway)},
	}
}
