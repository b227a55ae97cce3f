package screen

import (
	"slices"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

// keys are the part of home that holds the keys.
func (s *home) keys(v View) []fyne.CanvasObject {
	if gone(v.Status) {
		restore := s.kit.Button("restore", part.Primary, s.p.T("ui.home.restore"), func() { s.do.Go(AtRestore, "") })
		return some(part.Rule(), part.Empty("key", s.p.T("ui.home.gone"), s.p.T("ui.home.gone_text")), restore)
	}
	if v.Status.Access == app.AccessNone {
		return some(part.Rule(), part.Empty("lock", s.p.T("ui.home.keys_locked"), s.p.T("ui.home.keys_locked_text")))
	}
	canWrite := v.Status.Access == app.AccessWrite
	add := s.kit.Button("add", part.Primary, s.p.T("ui.home.add"), func() { s.do.Go(AtAddKey, "") })
	restore := s.kit.Link("restore", "", s.p.T("ui.home.restore"), func() { s.do.Go(AtRestore, "") })
	if len(v.Keys) == 0 {
		out := some(part.Rule(), part.Empty("key", s.p.T("ui.home.no_keys"), s.p.T("ui.home.no_keys_text")))
		if canWrite {
			out = append(out, add, part.Words(true, restore))
		}
		return out
	}
	rows := []fyne.CanvasObject{}
	for _, k := range v.Keys {
		rows = append(rows, s.row(v, k))
	}
	out := []fyne.CanvasObject{part.Column(look.Tight, part.Strong(s.p.T("ui.home.keys")), part.Lines(rows...))}
	links := []fyne.CanvasObject{s.kit.Link("backup", "", s.p.T("ui.home.backup"), func() { s.do.Go(AtBackup, "") })}
	if canWrite {
		out = append(out, add)
		links = append(links, restore)
	}
	return append(out, part.Words(true, links...))
}

// gone says that this computer is activated and its keys can only come back from a
// backup, whatever became of their file.
func gone(st app.Status) bool {
	if st.State != app.Activated || st.Access != app.AccessNone {
		return false
	}
	return slices.ContainsFunc([]string{api.CodeVaultMissing, api.CodeVaultLost, api.CodeVaultBroken}, func(code string) bool {
		return slices.Contains(st.Warnings, "error."+code)
	})
}

// row is one key: pressed, it opens and shows what can be done with it.
func (s *home) row(v View, k vault.Info) fyne.CanvasObject {
	open := s.opened == k.Name
	arrow := "forward"
	if open {
		arrow = "down"
	}
	caption := lastUsed(s.p, k.Used, v.Now)
	if v.Copied == k.Name && v.Now.Before(v.CopiedUntil) {
		caption = s.p.T("ui.key.copied", text.Data{"Left": left(v.CopiedUntil.Sub(v.Now))})
	}
	head := s.kit.Row("row."+k.Name, "key", k.Name, caption, arrow, func() { s.toggle(k.Name) })
	if !open {
		return head
	}
	copyIt := s.kit.Link("copy."+k.Name, "copy", s.p.T("ui.key.copy"), func() { s.do.CopyKey(k.Name) })
	actions := []fyne.CanvasObject{copyIt}
	if v.Status.Access == app.AccessWrite {
		actions = append(actions, s.kit.Link("remove."+k.Name, "remove", s.p.T("ui.key.remove"), func() { s.do.Go(AtRemove, k.Name) }).Dangerous())
	}
	command := "holdfastctl " + v.Profile + "run " + k.Name + " -- …"
	use := s.kit.Link("use."+k.Name, "copy", s.p.T("ui.key.use_copy"), func() { s.do.Copy(command) })
	more := part.Column(look.Tight,
		part.Words(false, actions...),
		part.Caption(s.p.T("ui.key.made", text.Data{"At": clock(s.p, k.Created.In(v.Now.Location()), v.Now), "Count": k.Size})),
		part.Caption(s.p.T("ui.key.use")+" "+command), part.Words(false, use))
	return part.Column(0, head, part.Pad(look.Icon+look.Gap, look.Tight, more))
}

func (s *home) toggle(name string) {
	if s.opened == name {
		name = ""
	}
	s.opened = name
	s.do.Show()
}

// Close folds the open row.
func (s *home) Close() {
	if s.opened != "" {
		s.toggle(s.opened)
	}
}
