package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

func kim() View {
	v := view(app.Activated, app.AccessWrite, AtHome)
	v.Asked = true
	v.Status.Server, v.Status.Account, v.Status.Device = app.ServerReachable, "402593718460", "LAPTOP-7"
	v.Status.Checked = "2026-11-22T09:41:00Z"
	v.Status.Certificate = &app.Certificate{Expires: "2026-12-22T09:41:00Z", Policy: api.Balanced}
	v.Keys = []vault.Info{{Name: "mail-password", Created: now.Add(-time.Hour), Size: 24}, {Name: "work", Created: now, Used: now, Size: 1}}
	return v
}

func TestHomeSaysHowThingsStand(t *testing.T) {
	b := onBench(t, kim())
	b.says("This computer is activated. Your keys are open.", "mail-password", "Account 4025 9371 8460 · LAPTOP-7",
		"Last checked 10:41", "Activated until 22 Dec", "Another disk, another board or a fresh installation will need a code")
	b.press("Add a key")
	b.press("Back up")
	b.press("Restore")
	b.press("Check now")
	b.asked("go add-key ", "go backup ", "go restore ", "check")
	b.to(func(v *View) { v.Work = WorkCheck })
	b.off("Checking…", true)
}

func TestHomeSaysOnlyWhatIsKnownOfTheServer(t *testing.T) {
	v := kim()
	v.Status.Server, v.Asked = app.ServerAway, false
	b := onBench(t, v)
	b.hides("can’t be reached")
	b.to(func(v *View) { v.Asked = true })
	b.says("can’t be reached")
}

func TestEmptyHomeHasOneAction(t *testing.T) {
	v := kim()
	v.Keys = nil
	b := onBench(t, v)
	b.says("No keys yet")
	b.press("Add a key")
	b.asked("go add-key ")
}

func TestAKeyOpensAndIsCopiedOrRemoved(t *testing.T) {
	v := kim()
	v.Profile = "--profile /tmp/p "
	b := onBench(t, v)
	b.hides("Copy for 30 seconds")
	b.press("mail-password")
	b.says("Added 13:12, 24 bytes", "holdfastctl --profile /tmp/p run mail-password -- …")
	b.press("Copy for 30 seconds")
	b.press("Copy the command")
	b.press("Remove")
	b.asked("copy-key mail-password", "copy holdfastctl --profile /tmp/p run mail-password -- …", "go remove-key mail-password")
	b.to(func(v *View) { v.Copied, v.CopiedUntil = "mail-password", now.Add(27*time.Second) })
	b.says("The clipboard is emptied in 0:27")
	b.scr.(Closer).Close()
	b.hides("Copy for 30 seconds")
}

func TestLimitedHomeIsMasked(t *testing.T) {
	v := kim()
	v.Status.State, v.Status.Access, v.Status.Challenge = app.Limited, app.AccessNone, open(api.ReasonChanged)
	b := onBench(t, v)
	b.says("Not activated", "Your keys are locked.", "4025 •••• ••••")
	b.hides("mail-password", "9371", "Activated until")
	if b.find("Add a key") != nil || b.find("Back up") != nil {
		t.Error("limited mode offers what it must not")
	}
	b.press("Enter the code")
	b.asked("go code ")
}

func TestReadOnlyHomeChangesNothing(t *testing.T) {
	v := kim()
	v.Status.State, v.Status.Access = app.Limited, app.AccessRead
	b := onBench(t, v)
	b.says("Your keys can be read, but not changed.", "mail-password")
	b.press("mail-password")
	b.says("Copy for 30 seconds")
	if b.find("Add a key") != nil || b.find("Remove") != nil || b.find("Restore") != nil {
		t.Error("read-only offers to change")
	}
}

func TestOneWarningAndWhatWasAccepted(t *testing.T) {
	v := kim()
	v.Status.Warnings = []string{"error.clock_back", "error.vault_missing"}
	v.Status.Accepted = []app.Drift{{Class: "driver", Kind: "gpu-driver", Change: api.Changed, Before: "550.54", After: "560.35", Count: 1}}
	b := onBench(t, v)
	b.says("clock", "This changed and needed no code", "550.54 → 560.35")
	b.hides("The file of keys is gone")
}

func TestNoticesAreSaid(t *testing.T) {
	v := kim()
	v.Notice = &Notice{Key: "ui.notice.restored", Count: 3}
	onBench(t, v).says("3 keys are back.")
}

func TestAddKeyWantsBoth(t *testing.T) {
	v := kim()
	v.Place = AtAddKey
	b := onBench(t, v)
	b.press("Keep it")
	b.says("Please give it a name.", "Please type or paste the secret.")
	b.fill("Name", " mail-password ")
	b.fill("Secret", "s3cret")
	b.press("Keep it")
	b.asked("put mail-password s3cret")
	b.to(func(v *View) { v.Failed = &Failure{Work: WorkPut, Err: api.NewError(api.CodeKeyExists)} })
	b.says("There is a key of that name already.")
	b.press("Back")
	b.asked("go  ")
}

func TestRemoveNamesTheEffect(t *testing.T) {
	v := kim()
	v.Place, v.Subject = AtRemove, "work"
	b := onBench(t, v)
	b.says("Remove “work”?", "gone from this computer for good")
	b.press("Keep it")
	b.press("Remove it")
	b.asked("go  ", "remove work")
}

func TestBackupWantsThePassphraseTwice(t *testing.T) {
	v := kim()
	v.Place, v.Folder = AtBackup, "/home/kim"
	b := onBench(t, v)
	b.fill("Passphrase", "four")
	b.fill("Passphrase once more", "five")
	b.press("Write the backup")
	b.says("at least 8 characters", "The two are not the same.")
	b.fill("Passphrase", "six words are better than one")
	b.fill("Passphrase once more", "six words are better than one")
	b.press("Write the backup")
	b.asked("backup /home/kim/holdfast-keys-2026-11-22.age six words are better than one")
}

func TestRestore(t *testing.T) {
	v := kim()
	v.Place = AtRestore
	b := onBench(t, v)
	b.press("Bring them back")
	b.says("Please name a file.", "Please type the passphrase of the backup.")
	b.fill("Backup file", "/tmp/keys.age")
	b.fill("Passphrase", "six words")
	b.press("Bring them back")
	b.asked("restore /tmp/keys.age six words")
}

func TestSignOutAsksTwiceBeforeKeysAreLost(t *testing.T) {
	v := kim()
	v.Place = AtSignOut
	b := onBench(t, v)
	b.says("LAPTOP-7 leaves the account")
	b.press("Sign out")
	b.asked("sign-out")
	b.to(func(v *View) { v.Failed = &Failure{Work: WorkSignOut, Err: api.NewError(api.CodeServerAway)} })
	if b.find("Sign out and let the keys go") != nil {
		t.Error("a server that is away leads to losing keys")
	}
	b.to(func(v *View) { v.Failed = &Failure{Work: WorkSignOut, Err: api.NewError(api.CodeBackupNeeded)} })
	b.press("Back up")
	b.press("Sign out and let the keys go")
	b.asked("go backup ", "sign-out forget")
}

func TestReadShowsEverythingMasked(t *testing.T) {
	v := kim()
	v.Place = AtRead
	b := onBench(t, v)
	b.says("Checking this computer…")
	b.to(func(v *View) {
		v.Snapshot = &fingerprint.Snapshot{Components: []fingerprint.Component{
			{Class: fingerprint.OS, Kind: "install-id", State: fingerprint.Present, Value: "4f6c2a", Masked: "4f••2a"},
			{Class: fingerprint.Hardware, Kind: "memory", State: fingerprint.Present, Value: "17179869184", Label: "16 GB"},
			{Class: fingerprint.Hardware, Kind: "board-serial", State: fingerprint.Unreadable, Reason: "needs-rights"},
			{Class: fingerprint.Hardware, Kind: "chassis-type", State: fingerprint.Present, Value: "10", Label: "notebook"},
		}}
	})
	b.says("System installation: 4f••2a", "Memory: 16 GB", "Only an administrator may read this.", "Sent scrambled.", "Not sent.", "Notebook")
	b.hides("4f6c2a", "17179869184")
	b.press("Copy this list")
	if len(b.calls) != 1 || !strings.Contains(b.calls[0], "4f••2a") || strings.Contains(b.calls[0], "4f6c2a") {
		t.Errorf("copied %q", b.calls)
	}
}

func TestSettingsAreChosen(t *testing.T) {
	v := kim()
	v.Place, v.Settings, v.Version = AtSettings, app.Settings{Appearance: "light"}, "0.1.0"
	b := onBench(t, v)
	b.says("Holdfast 0.1.0")
	b.press("Русский")
	b.press("Dark")
	b.press("Larger")
	b.press("Sign this computer out…")
	b.asked("settings ru/light/", "settings /dark/", "settings /light/larger", "go sign-out ")
}

func TestReportIsShownBeforeItIsCopied(t *testing.T) {
	v := kim()
	v.Place = AtReport
	b := onBench(t, v)
	b.says("Putting the report together…")
	b.to(func(v *View) { v.Report = "state: activated" })
	b.says("What is inside", "state: activated")
	b.press("Copy the report")
	b.press("Copy the command for IT")
	b.asked("copy state: activated", "copy holdfastctl status")
}
