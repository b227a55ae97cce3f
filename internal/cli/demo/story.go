package demo

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Story is one telling.
type Story struct {
	// Client and Daemon are the paths of holdfastctl and holdfastd; the client
	// must be built with the tag "recorded".
	Client, Daemon string
	// Dir is an empty folder for everything that the story writes.
	Dir string
	// Out gets the story.
	Out io.Writer
	// Say says it in a language.
	Say *text.Printer
	// Colour says that Out is a terminal that shows colours.
	Colour bool
	// Env is the environment of the programs, each entry NAME=value.
	Env []string
}

// Broken is a step that ended differently from what it should.
type Broken struct {
	// Step counts from 1; 0 is before the first.
	Step int
	// Key and Data are the sentence that says what was expected.
	Key  string
	Data text.Data
	// Output is what the program said that disappointed, if it was one.
	Output string
	cause  error
}

// Error is for developers' eyes.
func (b *Broken) Error() string {
	return fmt.Sprintf("step %d: %s %v: %v", b.Step, b.Key, b.Data, b.cause)
}

// Unwrap gives the cause, if there is one.
func (b *Broken) Unwrap() error { return b.cause }

// broken makes the error of an expectation that failed.
func broken(key string, data ...text.Data) *Broken {
	b := &Broken{Key: key, Data: text.Data{}}
	if len(data) > 0 {
		b.Data = data[0]
	}
	return b
}

// chapter is one numbered step.
type chapter struct {
	title string
	tell  func(context.Context, *telling) error
}

// telling is a story while it is told.
type telling struct {
	Story
	computer computer
	client   client
	server   *server
	account  string
	secret   string
}

// Steps is how many steps the story has.
func Steps() int { return len(chapters()) }

// Tell tells the story. It ends with a *Broken where a program did something
// else than it should, and with the context's error where it was stopped.
func (s Story) Tell(ctx context.Context) error {
	t := &telling{Story: s}
	if err := t.prepare(); err != nil {
		return err
	}
	defer t.stopServer()
	t.opening()
	for i, ch := range chapters() {
		t.heading(i+1, ch.title)
		if err := ch.tell(ctx, t); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return at(i+1, err)
		}
	}
	t.closing()
	return nil
}

// at gives an error its step.
func at(step int, err error) error {
	var b *Broken
	if !errors.As(err, &b) {
		b = broken("cli.demo.broken.other")
		b.cause, b.Output = err, err.Error()
	}
	b.Step = step
	return b
}
