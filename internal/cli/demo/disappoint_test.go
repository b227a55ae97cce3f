//go:build unix

package demo

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// script writes a program that is none of ours.
func script(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestProgramsThatDisappointEndTheStory at the step where they do.
func TestProgramsThatDisappointEndTheStory(t *testing.T) {
	good := script(t, "d", "echo nothing; exit 0")
	for _, c := range []struct {
		name, daemon, client string
		step                 int
		key                  string
	}{
		{"a server that ends at once", good, good, 1, "cli.demo.broken.server"},
		{"no server at all", "/no/such/program", good, 1, "cli.demo.broken.other"},
	} {
		s := Story{Client: c.client, Daemon: c.daemon, Dir: t.TempDir(), Out: io.Discard, Say: text.For("en"), Env: os.Environ()}
		var b *Broken
		if err := s.Tell(context.Background()); !errors.As(err, &b) || b.Step != c.step || b.Key != c.key {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestAClientThatSaysYesToEverything is found out at its first answer.
func TestAClientThatSaysYesToEverything(t *testing.T) {
	s := &telling{Story: Story{Client: script(t, "c", "echo '{}'; exit 0"), Dir: t.TempDir(), Out: io.Discard, Say: text.For("en")}}
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]func(context.Context, *telling) error{
		"registers": registers, "usesKey": usesKey, "driverChanges": driverChanges, "tellsStatus": tellsStatus,
	} {
		var b *Broken
		if err := step(context.Background(), s); !errors.As(err, &b) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b *Broken
	if err := s.closed(context.Background()); !errors.As(err, &b) || b.Key != "cli.demo.broken.open" {
		t.Errorf("closed: %v", err)
	}
	if err := s.opens(context.Background()); !errors.As(err, &b) || b.Key != "cli.demo.broken.key" {
		t.Errorf("opens: %v", err)
	}
}

func TestAStoppedStoryIsNoBrokenOne(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	d := script(t, "d", "echo http://127.0.0.1:1; exec sleep 60")
	err := Story{Client: d, Daemon: d, Dir: t.TempDir(), Out: io.Discard, Say: text.For("en")}.Tell(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
