package screen

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// announce says beforehand that hardware is going to change, so that the code
// is typed while the mailbox is at hand.
type announce struct {
	base
	groups []string
	hours  string
}

func newAnnounce(b base) Screen {
	return &announce{base: b, groups: []string{api.GroupDisk}, hours: "72"}
}

func (s *announce) Close() { s.do.Go(AtHome, "") }

func (s *announce) Show(v View) []fyne.CanvasObject {
	body := some(s.back(AtHome), part.Head("swap", look.Primary, s.p.T("ui.announce.title")), part.Say(s.p.T("ui.announce.text")))
	rows := make([]fyne.CanvasObject, 0, len(announced))
	for _, g := range announced {
		sign := "add"
		if slices.Contains(s.groups, g) {
			sign = "done"
		}
		rows = append(rows, s.kit.Row(g, sign, s.p.T("ui.announce."+g), s.p.T("ui.announce."+g+"_text"), "", func() { s.toggle(g) }))
	}
	hours := part.Column(look.Tight, part.Caption(s.p.T("ui.announce.how_long")).In(look.Text),
		s.kit.Segments("hours", []part.Choice{
			{Value: "24", Text: s.p.T("ui.announce.day")}, {Value: "72", Text: s.p.T("ui.announce.three_days")}, {Value: "168", Text: s.p.T("ui.announce.week")},
		}, s.hours, func(x string) {
			s.hours = x
			s.do.Show()
		}))
	button := s.kit.Button("go", part.Primary, s.p.T("ui.announce.go"), func() { s.do.Announce(slices.Clone(s.groups), hoursOf[s.hours]) })
	busy := v.Busy(WorkAnnounce)
	button.SetBusy(busy)
	if !busy && len(s.groups) == 0 {
		button.Disable()
	} else if !busy {
		button.Enable()
	}
	body = append(body, part.Lines(rows...), hours)
	return append(body, some(s.trouble(v.FailedAt(WorkAnnounce), v.Now.Location()), button)...)
}

// announced are the groups that can be announced, in the order in which they
// are offered.
var announced = []string{api.GroupDisk, api.GroupBoard, api.GroupNetwork}

var hoursOf = map[string]int{"24": 24, "72": 72, "168": 168}

// apart are the two that are not announced together: with another disk and
// another board it would be another computer.
var apart = map[string]string{api.GroupDisk: api.GroupBoard, api.GroupBoard: api.GroupDisk}

func (s *announce) toggle(group string) {
	chosen := slices.Contains(s.groups, group)
	s.groups = slices.DeleteFunc(s.groups, func(g string) bool { return g == group || g == apart[group] })
	if !chosen {
		s.groups = append(s.groups, group)
	}
	s.do.Show()
}

// rotate gives the vault a new master key, so that older copies of it are worth
// nothing from now on.
type rotate struct{ base }

func newRotate(b base) Screen { return &rotate{b} }

func (s *rotate) Close() { s.do.Go(AtHome, "") }

func (s *rotate) Show(v View) []fyne.CanvasObject {
	button := s.kit.Button("go", part.Primary, s.p.T("ui.rotate.go"), s.do.Rotate)
	button.SetBusy(v.Busy(WorkRotate))
	return some(s.back(AtHome), part.Head("key", look.Primary, s.p.T("ui.rotate.title")), part.Say(s.p.T("ui.rotate.text")),
		s.trouble(v.FailedAt(WorkRotate), v.Now.Location()), button)
}

// openWindow says that a change is expected and needs no code.
func (s *home) openWindow(v View) fyne.CanvasObject {
	for _, w := range v.Status.Windows {
		from, to := parse(w.From, v.Now.Location()), parse(w.To, v.Now.Location())
		if from.After(v.Now) || !to.After(v.Now) || v.Status.State != app.Activated {
			continue
		}
		key := "ui.home.window_it"
		if w.Origin == api.WindowPerson {
			key = "ui.home.window"
		}
		return part.Strip(part.Info, "", s.p.T(key, text.Data{"What": windowWords(s.base, w), "Until": clock(s.p, to, v.Now)}), nil)
	}
	return nil
}

// windowWords lists what a change window allows: its groups, then its kinds.
func windowWords(b base, w app.Window) string {
	var said []string
	for _, g := range w.Groups {
		said = append(said, strings.ToLower(b.p.T("ui.announce."+g)))
	}
	for _, k := range w.Kinds {
		if name, err := b.p.Try("drift.kind." + k); err == nil {
			said = append(said, strings.ToLower(name))
		}
	}
	return strings.Join(said, ", ")
}

// chip says what is wrong with the chip that holds the device key, and offers
// the way on where waiting does not help.
func (s *home) chip(v View) fyne.CanvasObject {
	trouble := v.Status.ChipTrouble
	if trouble == "" {
		return nil
	}
	var way *part.Link
	switch trouble {
	case api.CodeChipCleared, api.CodeChipReplaced, api.CodeChipAbsent, api.CodeChipFailed:
		if v.Status.Challenge == nil {
			way = s.kit.Link("replace-key", "", s.p.T("ui.home.replace_key"), s.do.ReplaceKey)
		}
	}
	return part.Strip(part.Warn, "", app.Say(s.p, api.NewError(trouble), time.UTC).Text, way)
}
