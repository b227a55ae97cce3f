package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/ui/part"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
	"github.com/seed-1feef0b2/holdfast/ui/story"
)

var whole = code.WithCheck("4HTM3XR9")

// TestTheMainJobByKeyboardAlone goes from the first screen to a copied key
// without a pointer.
func TestTheMainJobByKeyboardAlone(t *testing.T) {
	r := newRig(t, story.Newcomer())
	r.at(screen.Starting)
	r.shell.Start()
	r.work()
	r.at(screen.Welcome)
	r.did("status")
	r.key(fyne.KeyReturn)
	r.at(screen.Register)
	r.types("kim@example.org")
	r.key(fyne.KeyTab)
	r.types("mellow tundra kettle voyage")
	r.key(fyne.KeyReturn)
	r.fake.becomes(story.Pending(), nil)
	r.work()
	r.at(screen.Code)
	r.did("register kim@example.org")
	r.types(whole)
	r.fake.becomes(story.Activated(), nil)
	r.work()
	r.at(screen.Done)
	r.did("answer " + whole)
	r.key(fyne.KeyEscape)
	r.at(screen.Home)
	r.key(fyne.KeyReturn)
	r.at(screen.AddKey)
	r.types("work")
	r.key(fyne.KeyTab)
	r.types("s3cret")
	r.key(fyne.KeyReturn)
	r.work()
	r.at(screen.Home)
	r.did("put work s3cret; status")
	if !r.says("“work” is kept.") {
		t.Error("nothing says that the key is kept")
	}
	r.key(fyne.KeyTab, fyne.KeyReturn, fyne.KeyTab, fyne.KeyReturn)
	r.work()
	r.did("get mail-password; status")
	if got := fyne.CurrentApp().Clipboard().Content(); got != "s3cret" {
		t.Errorf("the clipboard holds %q", got)
	}
}

func TestASecretLeavesTheClipboardAfterHalfAMinute(t *testing.T) {
	r := started(t, story.Activated())
	board := fyne.CurrentApp().Clipboard()
	r.shell.CopyKey("mail-password")
	r.work()
	r.later(29 * time.Second)
	if board.Content() != "s3cret" || !r.says("The clipboard is emptied in 0:01") {
		t.Errorf("too early: %q", board.Content())
	}
	r.later(2 * time.Second)
	if board.Content() != "" || r.says("The clipboard is emptied") {
		t.Errorf("too late: %q", board.Content())
	}
	r.shell.CopyKey("mail-password")
	r.work()
	board.SetContent("something else")
	r.later(time.Minute)
	if board.Content() != "something else" {
		t.Error("what the person copied since is gone")
	}
	r.shell.CopyKey("mail-password")
	r.work()
	r.shell.Forget()
	if board.Content() != "" {
		t.Error("the secret outlives the window")
	}
}

func TestAnOpenComputerIsCheckedQuietlyAtTheStartAndEveryHour(t *testing.T) {
	r := newRig(t, story.Activated())
	r.shell.Start()
	r.work()
	r.at(screen.Home)
	r.did("status; check-in")
	r.later(59 * time.Minute)
	r.work()
	r.did("")
	r.later(2 * time.Minute)
	r.work()
	r.did("check-in")
}

func TestAQuietFailureIsNotAnnounced(t *testing.T) {
	r := newRig(t, story.Activated())
	r.shell.Start()
	away := story.Activated()
	away.Status.Server = app.ServerAway
	r.fake.becomes(away, errAway)
	r.work()
	r.at(screen.Home)
	if r.says("Nothing was sent") || !r.says("The server can’t be reached right now.") {
		t.Errorf("says %q", story.Words(r.shell.Page()))
	}
}

func TestALockedComputerAsksTheServerBeforeItSpeaks(t *testing.T) {
	r := newRig(t, story.Changed())
	r.shell.Start()
	r.at(screen.Starting)
	r.work()
	r.at(screen.Changed)
	r.did("status; check-in")
}

func TestAnUnreadableComputerIsAProblemWithAWayOn(t *testing.T) {
	r := newRig(t, story.Changed())
	r.fake.becomes(story.Changed(), api.NewError(api.CodeReadFailed))
	r.shell.Start()
	r.work()
	r.at(screen.Problem)
	r.fake.becomes(story.Changed(), nil)
	r.key(fyne.KeyReturn)
	r.at(screen.Starting)
	r.work()
	r.at(screen.Changed)
}

func TestAnOpenCodeIsRefreshedWhileItIsWatched(t *testing.T) {
	r := started(t, story.Pending())
	r.at(screen.Code)
	r.later(time.Second)
	r.work()
	r.did("")
	r.later(4 * time.Second)
	r.later(4 * time.Second)
	r.work()
	r.did("refresh")
	r.shell.Go(screen.AtSettings, "")
	r.later(time.Minute)
	r.work()
	r.did("")
}

func TestAQueuedMessageIsAskedAboutSooner(t *testing.T) {
	v := story.Pending()
	ch := *v.Status.Challenge
	ch.Deliveries = nil
	v.Status.Challenge = &ch
	r := started(t, v)
	r.later(time.Second)
	r.work()
	r.did("refresh")
}

func TestTypedDigitsOutliveARefresh(t *testing.T) {
	r := started(t, story.Pending())
	r.types("4HTM")
	r.later(5 * time.Second)
	r.work()
	r.types("3")
	f := r.win.Canvas().Focused().(*part.CodeField)
	if f.Value() != "4HTM3" {
		t.Errorf("the field holds %q", f.Value())
	}
	r.shell.Go(screen.AtRead, "")
	r.work()
	r.at(screen.Read)
	r.key(fyne.KeyEscape)
	r.at(screen.Code)
	if f = r.win.Canvas().Focused().(*part.CodeField); f.Value() != "4HTM3" {
		t.Errorf("after an aside the field holds %q", f.Value())
	}
}

func TestAnAsideLeadsBackToWhereThePersonWas(t *testing.T) {
	r := started(t, story.Newcomer())
	r.shell.Go(screen.AtRegister, "")
	r.types("kim@")
	r.shell.Go(screen.AtSettings, "")
	r.shell.Go(screen.AtReport, "")
	r.work()
	r.at(screen.Report)
	r.key(fyne.KeyEscape)
	r.at(screen.Register)
	if e := r.win.Canvas().Focused().(*part.Entry); e.Text != "kim@" {
		t.Errorf("the address is gone: %q", e.Text)
	}
	r.key(fyne.KeyEscape)
	r.at(screen.Welcome)
}

func TestOneActionAtATime(t *testing.T) {
	r := started(t, story.Pending())
	r.shell.Answer(whole)
	r.shell.Answer(whole)
	r.shell.SendAgain()
	r.work()
	r.did("answer " + whole)
}

func TestAWrongCodeStaysOnTheScreen(t *testing.T) {
	r := started(t, story.Pending())
	r.fake.becomes(story.Pending(), api.NewError(api.CodeWrong).With("Count", 4))
	r.types(whole)
	r.work()
	r.at(screen.Code)
	if !r.says("4 tries left") {
		t.Error("the tries are not told")
	}
	r.later(10 * time.Second)
	r.work()
	if !r.says("4 tries left") {
		t.Error("a refresh takes the sentence away")
	}
}

func TestLanguageChangesAtOnce(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSettings, "")
	r.shell.SaveSettings(app.Settings{Language: "ru", Appearance: "dark"})
	if !r.says("Настройки") || r.win.Title() != "Настройки – Holdfast" {
		t.Errorf("the window is called %q", r.win.Title())
	}
	r.work()
	r.did("settings ru/dark")
	r.shell.SaveSettings(app.Settings{Language: "vi"})
	if !r.says("Cài đặt") {
		t.Error("Vietnamese is not spoken")
	}
}

func TestPasteIsTakenWithoutTheFieldHavingTheKeyboard(t *testing.T) {
	r := started(t, story.Pending())
	r.win.Canvas().Unfocus()
	board := test.NewClipboard()
	board.SetContent("Your code is " + code.Group(whole) + ".")
	r.shell.paste(&fyne.ShortcutPaste{Clipboard: board})
	r.work()
	r.did("answer " + whole)
}

func TestNotNowThenBackToTheCode(t *testing.T) {
	r := started(t, story.Changed())
	r.fake.becomes(story.Limited(), nil)
	r.shell.NotNow()
	r.work()
	r.at(screen.Home)
	r.did("not-now")
	r.shell.Go(screen.AtCode, "")
	r.at(screen.Changed)
	r.fake.becomes(story.Activated(), nil)
	r.types(whole)
	r.work()
	r.at(screen.Done)
}

func TestBackupRestoreRemoveAndSignOutSayWhatTheyDid(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Backup("/tmp/keys.age", "six words")
	r.work()
	r.did("backup /tmp/keys.age six words; status")
	if !r.says("The backup is written: /tmp/keys.age") {
		t.Error("the backup is not told")
	}
	r.shell.Restore("/tmp/keys.age", "six words")
	r.work()
	if !r.says("3 keys are back.") {
		t.Error("the keys are not told")
	}
	r.shell.RemoveKey("work")
	r.work()
	if !r.says("“work” was removed.") {
		t.Error("the removal is not told")
	}
	r.fake.said()
	r.fake.becomes(story.Newcomer(), nil)
	r.shell.SignOut(false)
	r.work()
	r.at(screen.Welcome)
	r.did("sign-out")
}

func TestReportAndReadAreFetchedWhenTheyAreOpened(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtReport, "")
	r.work()
	r.did("report")
	if !r.says("state: activated") {
		t.Error("the report is not shown")
	}
	r.shell.Copy("state: activated")
	if !r.says("Copied") {
		t.Error("nothing says that it was copied")
	}
	r.later(3 * time.Second)
	if r.says("Copied") {
		t.Error("“Copied” stays")
	}
	r.shell.Go(screen.AtRead, "")
	r.work()
	r.did("fingerprint")
	if !r.says("16 GB") {
		t.Error("what was read is not shown")
	}
}

func TestAddressesAreOpenedByTheDesktop(t *testing.T) {
	r := started(t, story.Pending())
	r.shell.Open("http://127.0.0.1:7461/outbox")
	if r.url != "http://127.0.0.1:7461/outbox" {
		t.Errorf("opened %q", r.url)
	}
}

func TestTheRunnerStopsWithItsContext(t *testing.T) {
	f := &fake{}
	f.becomes(story.Activated(), nil)
	got := make(chan Result, 1)
	r := NewRunner(f, func(out Result) { got <- out })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		r.Run(ctx)
		close(ended)
	}()
	r.do(r.told(screen.WorkCheck, false, f.CheckIn))
	if out := <-got; out.Status == nil || !out.KeysRead || len(out.Keys) != 3 {
		t.Errorf("got %+v", out)
	}
	cancel()
	<-ended
	for range queued {
		r.do(r.told(screen.WorkCheck, false, f.CheckIn))
	}
	if r.do(r.told(screen.WorkCheck, false, f.CheckIn)) {
		t.Error("more than the queue holds was taken")
	}
}

func TestASecretIsNotInTheView(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.CopyKey("work")
	r.work()
	for _, w := range story.Words(r.shell.Page()) {
		if strings.Contains(w, "s3cret") {
			t.Errorf("the screen says %q", w)
		}
	}
}

// TestAnnouncingLeadsToTheCodeAndBack: the keys stay open while the code of an
// announcement is typed, and home says that it is done.
func TestAnnouncingLeadsToTheCodeAndBack(t *testing.T) {
	r := started(t, story.Activated())
	r.shell.Go(screen.AtSettings, "")
	r.shell.Go(screen.AtAnnounce, "")
	r.at(screen.Announce)
	asked := story.Activated()
	asked.Status.Challenge = story.Challenge(api.ReasonAnnounce)
	r.fake.becomes(asked, nil)
	r.fake.said()
	r.shell.Announce([]string{api.GroupDisk}, 72)
	r.work()
	r.did("announce disk 72")
	r.at(screen.Changed)
	r.types(whole)
	r.fake.becomes(story.Activated(), nil)
	r.work()
	r.did("answer " + whole)
	r.at(screen.Home)
	if !r.says("You can change the hardware now.") {
		t.Error("nothing says that it is done")
	}
}

func TestHistoryIsReadWhenItIsComeTo(t *testing.T) {
	r := started(t, story.Activated())
	r.fake.said()
	r.shell.Go(screen.AtHistory, "")
	r.at(screen.History)
	r.work()
	r.did("history")
	if !r.says("6.1.0-27 → 6.1.0-28") {
		t.Error("the history does not say what changed")
	}
	r.key(fyne.KeyEscape)
	r.at(screen.Home)
}
