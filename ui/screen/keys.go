package screen

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
)

type addKey struct {
	base
	name, value *part.Field
}

func newAddKey(b base) Screen {
	s := &addKey{base: b}
	s.name = part.NewField(part.OneLine, b.p.T("ui.add.name"), "", s.submit)
	s.name.Help(b.p.T("ui.add.name_help"))
	s.value = part.NewField(part.Password, b.p.T("ui.add.value"), b.p.T("ui.join.show"), s.submit)
	s.value.Help(b.p.T("ui.add.value_help"))
	return s
}

func (s *addKey) First() fyne.Focusable { return s.name.Entry }
func (s *addKey) Close()                { s.do.Go(AtHome, "") }

func (s *addKey) Show(v View) []fyne.CanvasObject {
	busy := v.Busy(WorkPut)
	lock(busy, s.name, s.value)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.add.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T("ui.add.title")), part.Say(s.p.T("ui.add.text")),
		s.name.Object(), s.value.Object(), s.trouble(v.FailedAt(WorkPut), v.Now.Location()), button)
}

func (s *addKey) submit() {
	name := strings.TrimSpace(s.name.Text())
	ok := judge(s.name, name != "", s.p.T("ui.add.name_empty"), s.p.T("ui.add.name_help"))
	ok = judge(s.value, s.value.Text() != "", s.p.T("ui.add.value_empty"), s.p.T("ui.add.value_help")) && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.PutKey(name, []byte(s.value.Text()))
}

type removeKey struct{ base }

func newRemove(b base) Screen { return &removeKey{b} }

func (s *removeKey) Close() { s.do.Go(AtHome, "") }

func (s *removeKey) Show(v View) []fyne.CanvasObject {
	name := v.Subject
	button := s.kit.Button("go", part.Danger, s.p.T("ui.remove.go"), func() { s.do.RemoveKey(name) })
	button.SetBusy(v.Busy(WorkRemove))
	return some(part.Head("remove", look.Error, s.p.T("ui.remove.title", text.Data{"Name": name})), part.Say(s.p.T("ui.remove.text")),
		s.trouble(v.FailedAt(WorkRemove), v.Now.Location()), button,
		part.Words(true, s.kit.Link("keep", "", s.p.T("ui.remove.keep"), func() { s.do.Go(AtHome, "") })))
}

// passage is what backing up and restoring share: a file and a passphrase.
type passage struct {
	base
	file, pass *part.Field
	proposed   bool
}

func (s *passage) First() fyne.Focusable { return s.pass.Entry }
func (s *passage) Close()                { s.do.Go(AtHome, "") }

// BackupName is the file name that a backup proposes, with the day in it.
const BackupName = "holdfast-keys-2006-01-02.age"

type backup struct {
	passage
	repeat *part.Field
}

func newBackup(b base) Screen {
	s := &backup{passage: passage{base: b}}
	s.file = part.NewField(part.OneLine, b.p.T("ui.backup.file"), "", s.submit)
	s.pass = part.NewField(part.Password, b.p.T("ui.backup.pass"), b.p.T("ui.join.show"), s.submit)
	s.pass.Help(b.p.T("ui.backup.pass_help"))
	s.repeat = part.NewField(part.Password, b.p.T("ui.backup.repeat"), b.p.T("ui.join.show"), s.submit)
	return s
}

func (s *backup) Show(v View) []fyne.CanvasObject {
	prefill(s.file, &s.proposed, filepath.Join(v.Folder, v.Now.Format(BackupName)))
	busy := v.Busy(WorkBackup)
	lock(busy, s.file, s.pass, s.repeat)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.backup.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T("ui.backup.title")), part.Say(s.p.T("ui.backup.text")),
		s.file.Object(), s.pass.Object(), s.repeat.Object(), s.trouble(v.FailedAt(WorkBackup), v.Now.Location()), button)
}

// passMin is the least length of a backup's passphrase, in characters.
const passMin = 8

func (s *backup) submit() {
	ok := judge(s.file, s.file.Text() != "", s.p.T("ui.backup.file_empty"), "")
	ok = judge(s.pass, len([]rune(s.pass.Text())) >= passMin, s.p.T("ui.backup.pass_short"), s.p.T("ui.backup.pass_help")) && ok
	ok = judge(s.repeat, s.repeat.Text() == s.pass.Text(), s.p.T("ui.backup.repeat_wrong"), "") && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.Backup(s.file.Text(), s.pass.Text())
}

type restore struct{ passage }

func newRestore(b base) Screen {
	s := &restore{passage{base: b}}
	s.file = part.NewField(part.OneLine, b.p.T("ui.restore.file"), "", s.submit)
	s.pass = part.NewField(part.Password, b.p.T("ui.backup.pass"), b.p.T("ui.join.show"), s.submit)
	return s
}

func (s *restore) First() fyne.Focusable { return s.file.Entry }

func (s *restore) Show(v View) []fyne.CanvasObject {
	busy := v.Busy(WorkRestore)
	lock(busy, s.file, s.pass)
	button := s.kit.Button("go", part.Primary, s.p.T("ui.restore.go"), s.submit)
	button.SetBusy(busy)
	return some(s.back(AtHome), part.Heading(s.p.T("ui.restore.title")), part.Say(s.p.T("ui.restore.text")),
		s.file.Object(), s.pass.Object(), s.trouble(v.FailedAt(WorkRestore), v.Now.Location()), button)
}

func (s *restore) submit() {
	ok := judge(s.file, s.file.Text() != "", s.p.T("ui.backup.file_empty"), "")
	ok = judge(s.pass, s.pass.Text() != "", s.p.T("ui.restore.pass_empty"), "") && ok
	if !ok {
		s.do.Show()
		return
	}
	s.do.Restore(s.file.Text(), s.pass.Text())
}
