package daemon

import (
	"io"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Master is where the master key is.
type Master struct {
	// Folder holds the master key files; empty for the data folder.
	Folder string `json:"folder"`
	// Command is a program that wraps and unwraps in the files' place; empty for
	// none.
	Command []string `json:"command"`
}

func masterBlock() block {
	return block{title: "Master key", check: (*Settings).checkMaster, keys: []Key{
		{Name: "master.folder", Default: "the data folder", Meaning: "Folder of the master key files: see [keys.md](keys.md)."},
		{Name: "master.command", Default: "none", Meaning: "A program, with its arguments, that wraps and unwraps data keys in the place of a master key file, " +
			"such as the client of a key service; a list of texts. What it is asked and answers: [keys.md](keys.md)."},
	}}
}

func (s *Settings) checkMaster() error {
	if len(s.Master.Command) > 0 && (s.Master.Command[0] == "" || s.Master.Folder != "") {
		return refuse("master-both", nil)
	}
	return nil
}

// masterFolder is the folder of the master key files.
func (s *Settings) masterFolder() string {
	if s.Master.Folder != "" {
		return s.Master.Folder
	}
	return s.Data
}

// kms is where data keys are wrapped: a program, or the folder of master key files,
// in which the first one is made where there is none.
func (s *Settings) kms(rand io.Reader) (kms server.KMS, made bool, err error) {
	if len(s.Master.Command) > 0 {
		return keyCommand{argv: s.Master.Command, wait: keyCommandTime}, false, nil
	}
	folder := keyFolder{dir: s.masterFolder(), rand: rand}
	names, err := folder.files()
	if err == nil && len(names) == 0 {
		_, made, err = masterKey(folder.dir, rand, true)
	}
	if err == nil {
		_, err = folder.keys() // every file that is there must be one
	}
	return folder, made, err
}

// masterThere refuses where no server has run before: a command makes no master key.
func (s *Settings) masterThere() error {
	if len(s.Master.Command) > 0 {
		return nil
	}
	names, err := keyFolder{dir: s.masterFolder()}.files()
	if err == nil && len(names) == 0 {
		err = refuse("master-missing", text.Data{"File": filepath.Join(s.masterFolder(), MasterFile)})
	}
	return err
}
