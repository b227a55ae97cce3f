package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// journal reads this computer's own entries.
func (b *bench) journal() []entry {
	b.t.Helper()
	raw, err := b.ring.Get(context.Background(), keystore.Ring)
	if err != nil {
		b.t.Fatal(err)
	}
	var list []entry
	if err := vault.LoadHistory(files.OS(), filepath.Join(b.dir, historyFile), vault.Secret(raw), &list); err != nil {
		b.t.Fatal(err)
	}
	return list
}

// at is a time on the day of these tests.
func at(clock string) string { return "2026-11-22T" + clock + ":00Z" }

func events(list []Event) []string {
	var out []string
	for _, e := range list {
		var drift []string
		for _, d := range e.Drift {
			drift = append(drift, d.Kind+" "+d.Before+">"+d.After)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.At[11:16], e.Event, e.Reference, strings.Join(drift, ", "))))
	}
	return out
}

func TestMergeTellsNothingTwice(t *testing.T) {
	gpu := Drift{Class: "driver", Kind: "gpu-driver", Change: api.Changed, Before: "550", After: "560", Count: 1}
	memory := Drift{Class: "hardware", Kind: "memory", Change: api.Changed, Before: "16 GB", After: "32 GB", Count: 1}
	change := func(kind string) []api.Change {
		return []api.Change{{Class: "hardware", Kind: kind, Change: api.Changed, Count: 1}}
	}
	told := []api.Event{
		{Seq: 6, At: at("15:00"), Event: api.EventAccepted, Changes: change("memory")},
		{Seq: 5, At: at("14:30"), Event: api.EventRotated},
		{Seq: 4, At: at("14:21"), Event: api.EventActivated, Reason: api.ReasonChanged, Reference: "K7Q", Changes: change("boot-disk")},
		{Seq: 3, At: at("14:20"), Event: api.EventAsked, Reason: api.ReasonChanged, Reference: "K7Q", Changes: change("boot-disk")},
		{Seq: 2, At: at("14:10"), Event: api.EventAccepted, Changes: change("gpu-driver")},
		{Seq: 1, At: at("14:01"), Event: api.EventActivated, Reason: api.ReasonRegister, Reference: "AAA"},
	}
	own := []entry{
		{At: at("14:01"), Event: api.EventActivated, Reason: api.ReasonRegister, Reference: "AAA"},
		{At: at("14:12"), Event: api.EventAccepted, Drift: []Drift{gpu}}, // its answer was lost and made up for
		{At: at("14:21"), Event: api.EventActivated, Reason: api.ReasonChanged, Reference: "K7Q", Drift: []Drift{
			{Class: "hardware", Kind: "boot-disk", Change: api.Changed, Before: "Samsung", After: "WD", Count: 1},
		}},
		{At: at("14:31"), Event: api.EventRotated},
		{At: at("15:00"), Event: api.EventAccepted, Drift: []Drift{memory}},
		{At: at("15:30"), Event: api.EventAccepted, Drift: []Drift{gpu}}, // the server's page is older
	}
	want := []string{
		"15:30 accepted  gpu-driver 550>560", "15:00 accepted  memory 16 GB>32 GB", "14:30 rotated", "14:21 activated K7Q",
		"14:20 asked K7Q boot-disk Samsung>WD", "14:10 accepted  gpu-driver 550>560", "14:01 activated AAA",
	}
	if got := events(merge(told, own)); !slices.Equal(got, want) {
		t.Errorf("merged:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	offline := []string{
		"15:30 accepted  gpu-driver 550>560", "15:00 accepted  memory 16 GB>32 GB", "14:31 rotated",
		"14:21 activated K7Q boot-disk Samsung>WD", "14:12 accepted  gpu-driver 550>560", "14:01 activated AAA",
	}
	if got := events(merge(nil, own)); !slices.Equal(got, offline) {
		t.Errorf("offline:\n%s", strings.Join(got, "\n"))
	}
}

func TestTheSameReferenceMuchLaterIsAnotherCode(t *testing.T) {
	told := []api.Event{{Seq: 1, At: "2025-01-01T10:00:00Z", Event: api.EventActivated, Reference: "K7Q"}}
	own := []entry{{At: at("14:00"), Event: api.EventActivated, Reference: "K7Q"}}
	if got := merge(told, own); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestHistory(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	c.Close()
	b.pass(time.Hour)
	b.become("laptop", "driver-update")
	c = b.client()
	st, err := c.CheckIn(ctx)
	if err != nil || len(st.Accepted) == 0 {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := c.CheckIn(ctx); err != nil { // nothing changed: nothing is noted
		t.Fatal(err)
	}
	b.peer.events = []api.Event{
		{Seq: 1, At: at("14:00"), Event: api.EventAsked, Reason: api.ReasonRegister, Reference: "K7Q"},
		{Seq: 2, At: at("14:00"), Event: api.EventActivated, Reason: api.ReasonRegister, Reference: "K7Q"},
		{Seq: 3, At: at("15:00"), Event: api.EventAccepted, Changes: []api.Change{{Class: "driver", Kind: st.Accepted[0].Kind, Change: api.Changed, Count: 1}}},
		{Seq: 4, At: at("15:30"), Event: api.EventPolicy},
		{Seq: 5, At: at("15:40"), Event: api.EventPolicy},
	}
	list, err := c.History(ctx)
	if err != nil || len(list) != 5 {
		t.Fatalf("%v, %v", events(list), err)
	}
	if got := list[2]; got.Event != api.EventAccepted || len(got.Drift) != len(st.Accepted) || got.Drift[0].Before == "" || got.Asked {
		t.Errorf("accepted: %+v", got)
	}
	if !list[3].Asked || !list[4].Asked {
		t.Errorf("asked: %+v", list)
	}

	b.peer.http.Close()
	list, err = c.History(ctx)
	want(t, err, api.CodeServerAway)
	if got := events(list); len(got) != 2 || list[1].Event != api.EventActivated || list[1].Reference != "K7Q" {
		t.Errorf("without the server: %v", got)
	}
}

func TestTheJournalHoldsNoIdentifier(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	ctx := context.Background()
	snapshot, err := c.Fingerprint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	b.become("laptop", "disk-swapped")
	c = b.client()
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Answer(ctx, b.peer.code); err != nil {
		t.Fatal(err)
	}
	after, err := c.Fingerprint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.ToLower(fmt.Sprintf("%+v", b.journal()))
	for _, comp := range append(snapshot.Components, after.Components...) {
		switch comp.Kind {
		case "boot-disk", "install-id", "system-uuid", "system-serial", "board-serial", "network-card", "root-fs", "disk":
			if comp.Value != "" && strings.Contains(said, strings.ToLower(comp.Value)) {
				t.Errorf("the journal holds a %s", comp.Kind)
			}
		}
	}
	if got := b.journal(); len(got) != 2 || got[1].Event != api.EventActivated || got[1].Reason != api.ReasonChanged || len(got[1].Drift) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestABrokenJournalIsSetAsideAndANewerOneLeftAlone(t *testing.T) {
	b := newBench(t)
	b.activated().Close()
	ctx := context.Background()
	path := filepath.Join(b.dir, historyFile)
	newer := files.Frame(files.Magic{'H', 'F', 'H', 'I', 'S', 'T', 'R', 'Y'}, 9, []byte("later"))
	for variant, raw := range map[string][]byte{"driver-update": newer, "firmware-flaps": []byte("broken")} {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		b.become("laptop", variant)
		c := b.client()
		st, err := c.CheckIn(ctx)
		if err != nil {
			t.Fatalf("%s: %v", variant, err)
		}
		if st.Challenge != nil {
			if _, err := c.Answer(ctx, b.peer.code); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.History(ctx); err != nil {
			t.Errorf("%s: %v", variant, err)
		}
		is, _ := os.ReadFile(path)
		aside, _ := filepath.Glob(path + ".broken-*")
		if same := slices.Equal(is, raw); same != (variant == "driver-update") || len(aside) > 0 == same {
			t.Errorf("%s: kept %v, set aside %v", variant, same, aside)
		}
		b.become("laptop", "")
		b.holds(b.client())
		for _, f := range aside {
			_ = os.Remove(f)
		}
	}
}

func TestTheJournalIsBounded(t *testing.T) {
	b := newBench(t)
	c := b.activated()
	var list []entry
	for i := range maxJournal {
		list = append(list, entry{At: at("14:00"), Event: api.EventAccepted, Sum: fmt.Sprint(i)})
	}
	if err := vault.SaveHistory(b.disk, c.cfg.Rand, c.path(historyFile), c.ring.ring, list); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Rotate(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := b.journal()
	if len(got) != maxJournal || got[0].Sum != "1" || got[maxJournal-1].Event != api.EventRotated {
		t.Errorf("%d entries, first %q, last %+v", len(got), got[0].Sum, got[len(got)-1])
	}
}

func TestEveryEventAndFlagIsSaid(t *testing.T) {
	reasons := []string{
		"", api.ReasonRegister, api.ReasonEnrol, api.ReasonChanged, api.ReasonLocked, api.ReasonFork, api.ReasonChip, api.ReasonAnnounce,
	}
	for _, lang := range text.Languages {
		p := text.For(lang)
		for _, e := range []string{
			api.EventActivated, api.EventAsked, api.EventAccepted, api.EventReleased, api.EventForked, api.EventKeyChanged,
			api.EventRotated, api.EventRotating, api.EventWrongCodes, api.EventAnnounced, api.EventPolicy, api.EventSignedOut,
		} {
			for _, r := range reasons {
				said := SayEvent(p, Event{Event: e, Reason: r, Window: "w1"})
				if strings.Contains(said, "<") || said == p.T("event.other") || strings.HasSuffix(said, ".") {
					t.Errorf("%s %s %s: %q", lang, e, r, said)
				}
			}
		}
		if said := SayEvent(p, Event{Event: "from-the-future"}); said != p.T("event.other") {
			t.Errorf("%s: %q", lang, said)
		}
		for _, f := range []string{api.FlagNewDriver, api.FlagAppsReplaced, api.FlagAgentRemoved} {
			if said := SayFlag(p, f); said == p.T("flag.other") || strings.Contains(said, "<") {
				t.Errorf("%s %s: %q", lang, f, said)
			}
		}
		w := Window{Origin: api.WindowIT, Groups: []string{api.GroupBoard}, Kinds: []string{"module"}, From: at("14:00"), To: at("16:00")}
		said := SayWindow(p, w, time.FixedZone("", 7*3600))
		if !strings.Contains(said, "21:00") || !strings.Contains(said, "23:00") || strings.Contains(said, "<") {
			t.Errorf("%s: %q", lang, said)
		}
		w.Origin = api.WindowPerson
		if said := SayWindow(p, w, time.UTC); !strings.Contains(said, "16:00") || strings.Contains(said, "<") {
			t.Errorf("%s: %q", lang, said)
		}
	}
}
