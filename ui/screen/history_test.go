package screen

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
)

func event(name string, ago time.Duration) app.Event {
	return app.Event{At: now.Add(-ago).UTC().Format(time.RFC3339), Event: name, Asked: name == api.EventAsked}
}

func TestHistoryTellsWhatChangedAndWhatWasAsked(t *testing.T) {
	v := kim()
	v.Place = AtHistory
	b := onBench(t, v)
	b.says("Reading the history…")
	asked := event(api.EventAsked, 30*time.Hour)
	asked.Reason, asked.Reference = api.ReasonChanged, "K7Q"
	accepted := event(api.EventAccepted, time.Hour)
	accepted.Flags = []string{api.FlagNewDriver}
	accepted.Drift = []app.Drift{{Class: "driver", Kind: "gpu-driver", Change: api.Changed, Before: "550.54", After: "560.35", Count: 1}}
	b.to(func(v *View) { v.History = []app.Event{accepted, asked} })
	b.says("In the last 12 weeks: 1 time something changed and no code was needed. 1 code was asked for.",
		"Today", "Yesterday", "Graphics driver: 550.54 → 560.35", "reference K7Q")
	b.to(func(v *View) { v.History = []app.Event{} })
	b.says("Nothing yet")
	b.to(func(v *View) {
		v.History, v.Failed = []app.Event{accepted}, &Failure{Work: WorkHistory, Err: api.NewError(api.CodeServerAway), Serial: 1}
	})
	b.says("This is what this computer itself remembers.")
	b.scr.(Closer).Close()
	b.asked("go  ")
}

func TestALongHistoryOpensPageByPage(t *testing.T) {
	v := kim()
	v.Place = AtHistory
	for i := range 100 {
		v.History = append(v.History, event(api.EventAccepted, time.Duration(i)*time.Hour))
	}
	b := onBench(t, v)
	b.says("Show 60 earlier entries")
	b.press("Show 60 earlier entries")
	b.show()
	b.says("Show 20 earlier entries")
}

func TestWeeksCountIntoTheRightColumn(t *testing.T) {
	spans, changes, asked := weeks([]app.Event{
		event(api.EventAccepted, 0), event(api.EventAccepted, week-time.Minute), event(api.EventAccepted, week),
		event(api.EventAsked, 11*week), event(api.EventAccepted, 12*week), event(api.EventAccepted, -time.Hour),
		{At: "?"},
	}, now)
	if changes != 3 || asked != 1 || len(spans) != pictureWeeks {
		t.Errorf("%d changes, %d asked, %d weeks", changes, asked, len(spans))
	}
	if spans[11].Count != 2 || spans[10].Count != 1 || !spans[0].Asked || spans[0].Count != 0 {
		t.Errorf("in the wrong weeks: %+v", spans)
	}
}

func TestEveryEventHasASignAndASentence(t *testing.T) {
	for _, name := range []string{
		api.EventActivated, api.EventAsked, api.EventAccepted, api.EventReleased, api.EventForked, api.EventKeyChanged,
		api.EventRotated, api.EventRotating, api.EventWrongCodes, api.EventAnnounced, api.EventPolicy, api.EventSignedOut,
	} {
		if icon, colour := eventSign(event(name, 0)); icon == "" || colour == "" {
			t.Errorf("%s has no sign", name)
		}
		if said := app.SayEvent(text.For("en"), event(name, 0)); said == "" || slices.Contains([]string{name, "app.event." + name}, said) {
			t.Errorf("%s is said as %q", name, said)
		}
	}
	if _, colour := eventSign(event(api.EventForked, 0)); colour != look.Error {
		t.Error("a fork is not red")
	}
}

func TestAnnouncingChoosesWhatAndHowLong(t *testing.T) {
	v := kim()
	v.Place = AtAnnounce
	b := onBench(t, v)
	b.says("About to change hardware?")
	b.press("The main board")
	b.show()
	b.press("1 week")
	b.show()
	b.press("The network cards")
	b.show()
	b.press("Send the code")
	b.press("The main board")
	b.press("The network cards")
	b.show()
	b.off("Send the code", true)
	b.asked("announce board+network 168")
}

func TestRotatingSaysWhatItIsGoodFor(t *testing.T) {
	v := kim()
	v.Place = AtRotate
	b := onBench(t, v)
	b.says("can’t get the server’s help to open")
	b.press("Renew")
	b.asked("rotate")
}

func TestHomeTellsOfWindowsAndChips(t *testing.T) {
	v := kim()
	v.Status.Windows = []app.Window{{Origin: api.WindowPerson, Groups: []string{api.GroupDisk}, From: "2026-11-22T10:00:00Z", To: "2026-11-24T10:00:00Z"}}
	b := onBench(t, v)
	b.says("you may change: the main disk")
	b.to(func(v *View) { v.Status.Windows[0].To = "2026-11-22T10:01:00Z" })
	b.hides("you may change")
	b.to(func(v *View) { v.Status.ChipTrouble = api.CodeChipBusy })
	b.hides("Ask for a code")
	b.to(func(v *View) { v.Status.ChipTrouble = api.CodeChipCleared })
	b.press("Ask for a code")
	b.asked("replace-key")
}
