package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/internal/version"
)

// reply is what a command has to say.
type reply struct {
	// doc is what --json prints; nil prints nothing.
	doc any
	// text writes what a person reads to standard output; nil writes nothing.
	text func(w io.Writer)
	// exit is how the command ends without an error.
	exit int
	// calm says that an error is told but changes neither result nor exit code.
	calm bool
}

// Failure is what --json says of an error.
type Failure struct {
	// Code is the stable code of the error.
	Code string `json:"code"`
	// Text and Hints are sentences in the language of the call.
	Text  string   `json:"text"`
	Hints []string `json:"hints,omitempty"`
	// Detail is what another program said about it.
	Detail string `json:"detail,omitempty"`
	// Exit is the exit code.
	Exit int `json:"exit"`
	// RetryAt is when trying again makes sense, RFC 3339; empty where unknown.
	RetryAt string `json:"retry_at,omitempty"`
	// TriesLeft is how many tries a wrong code left.
	TriesLeft *int `json:"tries_left,omitempty"`
}

// failed is the document of a command that has nothing to say but its error.
type failed struct {
	Error *Failure `json:"error"`
}

// failer is a document that can carry an error beside what it says.
type failer interface{ fail(*Failure) any }

// finish writes what a command had to say and gives the exit code.
func (c *call) finish(r reply, err error) int {
	exit := r.exit
	var f *Failure
	if err != nil {
		if !r.calm {
			exit = exitOf(err)
		}
		f = c.describe(err, exit)
		c.complain(f)
	}
	if out := c.output(r, f); out != nil {
		c.complain(c.describe(api.Wrap(api.CodeFile, out), ExitUnexpected))
		return ExitUnexpected
	}
	return exit
}

// output writes the result; its error is that standard output failed.
func (c *call) output(r reply, f *Failure) error {
	w := &sink{w: c.Stdout}
	switch {
	case !c.flags.is("json"):
		if r.text != nil && (f == nil || r.calm) {
			r.text(w)
		}
	case f == nil:
		writeJSON(w, r.doc)
	default:
		writeJSON(w, withFailure(r.doc, f))
	}
	return w.err
}

func withFailure(doc any, f *Failure) any {
	if d, ok := doc.(failer); ok {
		return d.fail(f)
	}
	return failed{f}
}

func writeJSON(w io.Writer, doc any) {
	if doc == nil {
		return
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	_ = e.Encode(doc) // the documents are plain; a failing stream is kept by the sink
}

// writeLine writes a document in one line, for a stream of them.
func writeLine(w io.Writer, doc any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(doc) // as above
}

// describe puts an error into words.
func (c *call) describe(err error, exit int) *Failure {
	s := app.Say(c.say, err, c.Location)
	f := &Failure{Code: s.Code, Text: s.Text, Hints: s.Hints, Exit: exit}
	var t told
	if errors.As(err, &t) {
		f.Text, f.Detail = c.say.T(t.key, t.data), t.detail
	}
	var e *api.Error
	if errors.As(err, &e) {
		if !e.RetryAt.IsZero() {
			f.RetryAt = e.RetryAt.UTC().Format(time.RFC3339)
		}
		if n, ok := e.Args["Count"].(int); ok && e.Code == api.CodeWrong {
			f.TriesLeft = &n
		}
	}
	return f
}

// complain writes an error and then its hints to standard error.
func (c *call) complain(f *Failure) {
	fmt.Fprintf(c.Stderr, "holdfastctl: %s\n", f.Text)
	for line := range strings.Lines(f.Detail) {
		fmt.Fprintf(c.Stderr, "    %s\n", strings.TrimRight(line, "\n"))
	}
	for _, h := range f.Hints {
		fmt.Fprintf(c.Stderr, "  → %s\n", h)
	}
}

// wrongUse says what is wrong with a call and how the command is used.
func (c *call) wrongUse(err error) int {
	f := c.describe(err, ExitUse)
	f.Hints = append(f.Hints, c.shortUsage())
	c.complain(f)
	if c.flags.is("json") {
		writeJSON(c.Stdout, failed{f})
	}
	return ExitUse
}

// help writes the usage text, or the version.
func (c *call) help() int {
	w := &sink{w: c.Stdout}
	if c.flags.is("version") {
		fmt.Fprintln(w, "holdfastctl", version.Version)
	} else {
		c.usage(w)
	}
	if w.err != nil {
		return ExitUnexpected
	}
	return ExitDone
}

// sink remembers the first error of a stream, so that a full disk behind a
// redirection is not taken for success.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}
