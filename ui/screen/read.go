package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// read lists everything that is read of this computer, and why.
type read struct{ base }

func newRead(b base) Screen { return &read{b} }

func (s *read) Close() { s.do.Go(AtHome, "") }

func (s *read) Show(v View) []fyne.CanvasObject {
	body := some(s.back(AtHome), part.Heading(s.p.T("ui.read.title")), part.Say(s.p.T("ui.read.text")))
	if v.Snapshot == nil {
		if t := s.trouble(v.FailedAt(WorkRead), v.Now.Location()); t != nil {
			return append(body, t)
		}
		return append(body, part.Loading(s.p.T("ui.starting.checking")))
	}
	copyAll := s.kit.Link("copy", "copy", s.p.T("ui.read.copy"), func() { s.do.Copy(s.asText(v.Snapshot)) })
	body = append(body, part.Words(false, copyAll))
	for _, class := range []fingerprint.Class{fingerprint.OS, fingerprint.Firmware, fingerprint.Hardware, fingerprint.Driver, fingerprint.SysApp} {
		body = append(body, s.class(v.Snapshot, class))
	}
	return body
}

// class is one class of components under its name.
func (s *read) class(snap *fingerprint.Snapshot, class fingerprint.Class) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, k := range kindsOf(snap, class) {
		rows = append(rows, part.Column(0, part.Say(s.kind(k[0].Kind)+": "+s.values(k)),
			part.Caption(s.p.T("ui.why."+k[0].Kind)+" "+s.sent(k))))
	}
	return part.Column(look.Tight, part.Strong(s.p.T("class."+string(class))), part.Lines(rows...))
}

// kindsOf groups a class's components by kind, in the snapshot's order.
func kindsOf(snap *fingerprint.Snapshot, class fingerprint.Class) [][]fingerprint.Component {
	var out [][]fingerprint.Component
	for _, c := range snap.Components {
		if c.Class != class {
			continue
		}
		if n := len(out); n > 0 && out[n-1][0].Kind == c.Kind {
			out[n-1] = append(out[n-1], c)
		} else {
			out = append(out, []fingerprint.Component{c})
		}
	}
	return out
}

func (s *read) kind(kind string) string {
	if name, err := s.p.Try("drift.kind." + kind); err == nil {
		return name
	}
	return kind
}

// values says what was read of one kind: masked identifiers, models, versions.
func (s *read) values(list []fingerprint.Component) string {
	var said []string
	for _, c := range list {
		switch {
		case len(said) == few:
			return strings.Join(said, ", ") + " " + s.p.T("ui.read.and_more", text.Data{"Count": len(list) - few})
		case c.State != fingerprint.Present:
			said = append(said, s.absent(c))
		default:
			said = append(said, or(c.Masked, s.label(c)))
		}
	}
	return strings.Join(said, ", ")
}

// label is a model or a version; some labels are words that have a translation.
func (s *read) label(c fingerprint.Component) string {
	if word, err := s.p.Try("value." + c.Kind + "." + c.Label); err == nil {
		return word
	}
	return or(c.Label, s.p.T("ui.read.present"))
}

func (s *read) absent(c fingerprint.Component) string {
	if why, err := s.p.Try("reason." + c.Reason); c.Reason != "" && err == nil {
		return why
	}
	return s.p.T("drift.state." + string(c.State))
}

func (s *read) sent(list []fingerprint.Component) string {
	for _, c := range list {
		if c.State == fingerprint.Present {
			return s.p.T("ui.read.sent")
		}
	}
	return s.p.T("ui.read.not_sent")
}

// asText is the list for the clipboard, with the same masks.
func (s *read) asText(snap *fingerprint.Snapshot) string {
	var b strings.Builder
	for _, class := range []fingerprint.Class{fingerprint.OS, fingerprint.Firmware, fingerprint.Hardware, fingerprint.Driver, fingerprint.SysApp} {
		b.WriteString(s.p.T("class."+string(class)) + "\n")
		for _, k := range kindsOf(snap, class) {
			b.WriteString("  " + s.kind(k[0].Kind) + ": " + s.values(k) + "\n")
		}
	}
	return b.String()
}
