package app

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app/remote"
	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// codes reads every problem code from the api package's source.
func codes(t *testing.T) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../api/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value)
			out = append(out, s)
		}
		return true
	})
	return out
}

func has(p *text.Printer, key string) bool {
	_, err := p.Try(key, text.Data{"What": "x"})
	if err != nil {
		_, err = p.Try(key, text.Data{"Count": 2})
	}
	return err == nil
}

func TestEveryCodeHasASentence(t *testing.T) {
	list := codes(t)
	if len(list) < 50 {
		t.Fatalf("only %d codes", len(list))
	}
	for _, lang := range text.Languages {
		p := text.For(lang)
		for _, c := range list {
			e := api.NewError(c).With(remote.ArgCount, 2).With("What", "docker").With("File", "state.json")
			if !has(p, "error."+c) {
				t.Errorf("%s: no sentence for %s", lang, c)
			}
			for _, e := range []*api.Error{e, e.At(time.Unix(0, 0)), e.With(remote.ArgChallenge, &api.Challenge{})} {
				if s := Say(p, e, time.UTC); s.Text == "" || strings.HasPrefix(s.Text, "<") || s.Code != c {
					t.Errorf("%s %s: %+v", lang, c, s)
				}
			}
		}
		for c, hints := range hintsOf {
			for _, h := range hints {
				if !has(p, "hint."+h) {
					t.Errorf("%s: no hint %s (%s)", lang, h, c)
				}
			}
		}
	}
}

// TestEveryHintHasASentence finds the hints that the code names.
func TestEveryHintHasASentence(t *testing.T) {
	p := text.For("en")
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(raw), "api.NewError(api.Code")[1:] {
			args, _, _ := strings.Cut(part, ")")
			for _, a := range strings.Split(args, ",")[1:] {
				if h := strings.Trim(strings.TrimSpace(a), `"`); !has(p, "hint."+h) {
					t.Errorf("%s: no hint %q", name, h)
				}
			}
		}
	}
}

func TestSay(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC)
	for _, c := range []struct {
		err        error
		lang, want string
	}{
		{api.NewError(api.CodeWrong).With(remote.ArgCount, 1), "en", "That code isn't right. 1 try left."},
		{api.NewError(api.CodeWrong).With(remote.ArgCount, 3), "ru", "Код не подошёл. Осталось 3 попытки."},
		{api.NewError(api.CodeChallengeLocked).At(at), "en", "Too many wrong codes. You can ask for a new one at 14:32."},
		{api.NewError(api.CodeExpired).With(remote.ArgChallenge, &api.Challenge{}), "en", "That code has expired. A new one is on its way."},
		{api.NewError("from_the_future"), "en", "Something unexpected happened."},
		{os.ErrNotExist, "vi", "Đã có sự cố ngoài dự kiến."},
	} {
		if got := Say(text.For(c.lang), c.err, time.UTC); got.Text != c.want {
			t.Errorf("%v: %q", c.err, got.Text)
		}
	}
}

func TestSayDrift(t *testing.T) {
	p := text.For("en")
	d := Drift{Class: "driver", Kind: "gpu-driver", Change: "changed", Before: "550.54", After: "560.35", Count: 1}
	if s := SayDrift(p, d); s != "Graphics driver: 550.54 → 560.35" {
		t.Errorf("%q", s)
	}
	if s := SayDrift(p, Drift{Kind: "boot-disk", Change: "changed"}); s != "The main disk was replaced" {
		t.Errorf("%q", s)
	}
	for _, lang := range text.Languages {
		for _, k := range fingerprint.Kinds("linux") {
			for _, change := range []string{api.Changed, api.Added, api.Removed, api.NoLongerRead, api.BecameReadable} {
				for _, with := range []string{"", "x"} {
					d := Drift{Kind: k.Kind, Change: change, Before: with, After: with, Count: 2}
					if s := SayDrift(text.For(lang), d); s == "" || strings.Contains(s, "<") {
						t.Errorf("%s %+v: %q", lang, d, s)
					}
				}
			}
		}
	}
}

func TestSettings(t *testing.T) {
	b := newBench(t)
	c := b.client()
	if c.Settings() != (Settings{}) {
		t.Error("settings before any were saved")
	}
	in := Settings{Language: "vi", Appearance: "dark", TextSize: "larger"}
	if err := c.SaveSettings(in); err != nil {
		t.Fatal(err)
	}
	if got := b.client().Settings(); got != in {
		t.Errorf("%+v", got)
	}
	want(t, c.SaveSettings(Settings{Language: "xx"}), api.CodeInvalidValue)
}

func TestReportHoldsNothingPrivate(t *testing.T) {
	b := newBench(t)
	b.activated().Close()
	b.become("laptop", "disk-swapped")
	c := b.client()
	ctx := context.Background()
	if _, err := c.CheckIn(ctx); err != nil {
		t.Fatal(err)
	}
	report, err := c.Report(ctx)
	if err != nil || !strings.Contains(report, "state: changed") || !strings.Contains(report, "boot-disk") {
		t.Fatalf("%v\n%s", err, report)
	}
	s, err := c.Fingerprint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{"123456789012", "LAPTOP-7", "example.org", "e•••", b.peer.code, b.dir}
	for _, comp := range s.Components {
		if len(comp.Value) > 5 && fingerprint.Identifier(comp.Kind) {
			secrets = append(secrets, comp.Value)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(report, secret) {
			t.Errorf("the report holds %q", secret)
		}
	}
}

func TestEveryWarningHasASentence(t *testing.T) {
	for _, lang := range text.Languages {
		for _, key := range []string{warnAside, warnClock, warnEnded} {
			if s := text.For(lang).T(key); strings.HasPrefix(s, "<") {
				t.Errorf("%s: %s", lang, s)
			}
		}
	}
}
