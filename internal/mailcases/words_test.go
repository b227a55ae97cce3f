package mailcases

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
	"github.com/seed-1feef0b2/holdfast/internal/cli"
	"github.com/seed-1feef0b2/holdfast/ui/look"
	"github.com/seed-1feef0b2/holdfast/ui/part"
	"github.com/seed-1feef0b2/holdfast/ui/screen"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

// idle is a window that nobody touches.
type idle struct{ screen.Actions }

func (idle) Show() {}

// page is every word of the real window for a status.
func page(t *testing.T, st app.Status, now time.Time, lang string) []string {
	t.Helper()
	fyne.CurrentApp().Settings().SetTheme(look.Theme{Appearance: "light"})
	v := screen.View{Now: now, Since: now, Ready: true, Asked: true, Status: st, Name: "LAPTOP-7", Folder: "/home/kim", Version: "0.1.0", Place: screen.AtCode}
	p := text.For(lang)
	sheet := part.NewPage()
	w := test.NewTempWindow(t, sheet)
	w.Resize(fyne.NewSize(look.WindowWidth, look.WindowHeight))
	sheet.Set(screen.New(screen.Route(v), p, idle{}).Show(v), screen.Foot(v, p, idle{}, part.NewKit()))
	var out []string
	part.Walk(sheet, func(o fyne.CanvasObject) {
		if _, box := o.(*fyne.Container); box {
			return
		}
		if a, ok := o.(fyne.Accessible); ok {
			out = append(out, a.AccessibilityLabel())
		}
	})
	return out
}

// window is what the window says because of what became of the messages: what it
// would not say were the first message still queued.
func window(t *testing.T, st app.Status, now time.Time, lang string) string {
	t.Helper()
	if st.Challenge == nil {
		return ""
	}
	before := *st.Challenge
	before.Deliveries, before.Expires = nil, ""
	calm := st
	calm.Challenge = &before
	usual := page(t, calm, now, lang)
	var out []string
	for _, line := range page(t, st, now, lang) {
		if line == text.For(lang).T("ui.help.title") {
			break // the help, which opens by itself where no message got through
		}
		if !slices.Contains(usual, line) && !slices.Contains(out, line) && strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, " / ")
}

// terminal is what holdfastctl status says of the newest message.
func (o *diary) terminal(st app.Status, lang string) string {
	o.t.Helper()
	if st.Challenge == nil || len(st.Challenge.Deliveries) == 0 {
		return ""
	}
	p := text.For(lang)
	when := func(stamp string) string {
		at, err := time.Parse(time.RFC3339, stamp)
		if err != nil {
			return ""
		}
		return at.UTC().Format("15:04")
	}
	d := st.Challenge.Deliveries[len(st.Challenge.Deliveries)-1]
	why, ours := app.SayDetail(p, d.Detail)
	key := "cli.delivery." + d.State
	switch byPhone := d.Channel != api.ChannelEmail; {
	case ours && p.Has(key+".ours"):
		key += ".ours"
	case byPhone && p.Has(key+".phone"):
		key += ".phone"
	}
	if d.Detail != "" && p.Has(key+".reply") {
		key += ".reply"
	}
	want := p.T(key, text.Data{"At": when(d.At), "Detail": why, "Next": when(d.NextTry)})
	if said := o.status(lang); !strings.Contains(said, want) {
		o.t.Errorf("holdfastctl status does not say %q:\n%s", want, said)
	}
	return want
}

// status is the whole output of holdfastctl status on the person's computer.
func (o *diary) status(lang string) string {
	o.t.Helper()
	o.pc.Quit()
	var out, complaint bytes.Buffer
	exit := cli.Program{
		Args: []string{"status", "--profile", o.pc.Profile, "--lang", lang}, Source: o.source, Location: time.UTC, Now: o.clock.Now,
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaint, Env: []string{"HOLDFAST_SERVER=" + o.pc.Server.URL},
		Keystore: func(keystore.Options) (keystore.Store, error) { return o.pc.Ring, nil },
	}.Run(context.Background())
	if exit != cli.ExitDone {
		o.t.Errorf("holdfastctl status: %d %s", exit, complaint.String())
	}
	return out.String()
}

// laptop is the recorded computer that the person has.
func laptop(t *testing.T) fingerprint.Source {
	t.Helper()
	dir := t.TempDir()
	if err := recorded.UnpackVariant("laptop", "", dir); err != nil {
		t.Fatal(err)
	}
	src, err := recorded.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return src
}
