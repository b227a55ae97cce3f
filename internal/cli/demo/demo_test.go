package demo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// TestWrongCodes: a slip never passes the check symbol, another code always
// does, and neither is the right one.
func TestWrongCodes(t *testing.T) {
	for _, symbols := range []string{"4HTM3XR9", "00000000", "ZZZZZZZZ", "A1B2C3D4"} {
		right := code.WithCheck(symbols)
		if s := slip(right); s == right || code.Valid(s, len(right)) {
			t.Errorf("%s: the slip %s passes", right, s)
		}
		if o := other(right); o == right || !code.Valid(o, len(right)) {
			t.Errorf("%s: the other code %s does not pass", right, o)
		}
	}
}

func TestChangesAddUp(t *testing.T) {
	c, err := newComputer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	bought := c.dir
	if err := c.happen("driver-update"); err != nil {
		t.Fatal(err)
	}
	updated := c.dir
	if err := c.change([]byte(newerDriver)); err != nil {
		t.Fatal(err)
	}
	if err := c.happen("disk-swapped", "board-swapped"); err != nil {
		t.Fatal(err)
	}
	kernel, driver := "proc/sys/kernel/osrelease", "sys/module/nvidia/version"
	board := "sys/devices/virtual/dmi/id/product_serial"
	for dir, want := range map[string][3]string{
		bought:  {"6.1.0-18-amd64", "550.54.14", "9HFXKT2"},
		updated: {"6.1.0-20-amd64", "560.35.03", "9HFXKT2"},
		c.dir:   {"6.1.0-20-amd64", "565.57.01", "D2YJ8L3"},
	} {
		for i, file := range []string{kernel, driver} {
			if got := read(t, dir, file); got != want[i] {
				t.Errorf("%s: %s is %q, want %q", filepath.Base(dir), file, got, want[i])
			}
		}
		if got := read(t, dir, board); (got == read(t, bought, board)) != (want[2] == "9HFXKT2") {
			t.Errorf("%s: the board is %q", filepath.Base(dir), got)
		}
	}
	if err := c.happen("no-such-variant"); err == nil {
		t.Error("an unknown variant happened")
	}
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// TestEveryStepHasATitle in every language.
func TestEveryStepHasATitle(t *testing.T) {
	for _, lang := range text.Languages {
		for _, ch := range chapters() {
			if !text.For(lang).Has(ch.title) {
				t.Errorf("%s: no %s", lang, ch.title)
			}
		}
	}
	if Steps() < 10 {
		t.Errorf("only %d steps", Steps())
	}
}

func TestTheCallersSettingsDoNotLeadAstray(t *testing.T) {
	s := &telling{Story: Story{Env: []string{"PATH=/bin", "HOLDFAST_SERVER=http://127.0.0.1:9", "HOLDFAST_SMTP_URL=smtp://x"}}}
	s.client.passphraseFile = "p"
	if got := strings.Join(s.environment(), " "); got != "PATH=/bin HOLDFAST_KEYSTORE_PASSPHRASE_FILE=p" {
		t.Error(got)
	}
}

func TestColourOnATerminalAlone(t *testing.T) {
	for _, colour := range []bool{false, true} {
		var b strings.Builder
		s := &telling{Story: Story{Out: &b, Say: text.For("en"), Colour: colour}}
		s.opening()
		s.heading(1, "cli.demo.server")
		s.command("holdfastctl", "check")
		s.quote("one\ntwo\n")
		s.seen("cli.demo.opens")
		s.closing()
		if strings.Contains(b.String(), "\x1b[") != colour || !strings.Contains(b.String(), "     ") {
			t.Errorf("%q", b.String())
		}
	}
}

func TestTheNewestMessageOfAChallengeCounts(t *testing.T) {
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		list := []message{{Reference: "K7Q", Code: ""}, {Reference: "AAA", Code: "other"}}
		if calls++; calls > 2 {
			list = append(list, message{Reference: "K7Q", Code: "first"}, message{Reference: "K7Q", Code: "second"}, message{Reference: "K7Q"})
		}
		_ = json.NewEncoder(w).Encode(list)
	}))
	defer srv.Close()
	s := &telling{server: &server{address: srv.URL}}
	m, err := s.mail(context.Background(), "K7Q")
	if err != nil || m.Code != "second" || calls != 3 {
		t.Errorf("%+v, %v after %d calls", m, err, calls)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var b *Broken
	if _, err := s.mail(ctx, "ZZZ"); !errors.As(err, &b) || b.Key != "cli.demo.broken.mail" {
		t.Errorf("a message that never comes: %v", err)
	}
}

func TestExpectations(t *testing.T) {
	if err := expectExit(outcome{exit: 14}, 14, "check"); err != nil {
		t.Error(err)
	}
	err := at(6, expectExit(outcome{stdout: "out ", stderr: "err", exit: 0}, 14, "check"))
	var b *Broken
	if !errors.As(err, &b) || b.Step != 6 || b.Output != "out err" {
		t.Fatalf("%+v", err)
	}
	if said := text.For("en").T(b.Key, b.Data); said != "holdfastctl check ended with 0, and should have ended with 14." {
		t.Error(said)
	}
	if err := at(3, os.ErrPermission); !errors.Is(err, os.ErrPermission) || !errors.As(err, &b) || b.Step != 3 {
		t.Errorf("%v", err)
	}
	if !named([]difference{{Kind: "memory"}}, "memory") || named(nil, "memory") {
		t.Error("named")
	}
}
