package fleetsim

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
)

// Program is the command: it writes the page, or says whether it is up to date.
type Program struct {
	Args           []string // without the program's name
	Stdout, Stderr io.Writer
}

// Main runs it and gives the exit code: 0, 1 where something went wrong or the
// page is out of date, 2 for a wrong command line, 3 where the numbers do not
// keep what is promised (the page is written all the same, and says so).
func (p Program) Main(ctx context.Context) int {
	flags := flag.NewFlagSet("fleetsim", flag.ContinueOnError)
	flags.SetOutput(p.Stderr)
	input := flags.String("input", "", "a file of rates; empty means the built-in ones")
	out := flags.String("out", "docs", "the folder for the page and its pictures")
	check := flags.Bool("check", false, "only say whether the page is of this input and these recorded computers")
	size := FullSize
	flags.Float64Var(&size.Years, "years", size.Years, "device-years per policy and system")
	flags.Float64Var(&size.SweepYears, "sweep-years", size.SweepYears, "device-years per point of a sensitivity table")
	flags.IntVar(&size.Tries, "tries", size.Tries, "tries per attack and kind of computer")
	if err := flags.Parse(p.Args); err != nil || flags.NArg() > 0 || size.Years <= 0 || size.SweepYears <= 0 || size.Tries < 1 {
		return 2
	}
	code, err := p.run(ctx, *input, *out, *check, size)
	if err != nil {
		fmt.Fprintln(p.Stderr, "fleetsim:", err)
		return 1
	}
	return code
}

// gcPercent lets garbage grow to four times what lives.
const gcPercent = 400

func (p Program) run(ctx context.Context, input, out string, check bool, size Size) (int, error) {
	in, bases, err := load(input)
	if err != nil {
		return 1, err
	}
	if check {
		return 0, Check(out, in, bases, size)
	}
	// Short-lived garbage is most of what this makes, and memory is plenty.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	r, err := Simulate(ctx, in, bases, size, func(part string) { fmt.Fprintln(p.Stderr, part) })
	if err != nil {
		return 1, err
	}
	if err := write(out, r.Files()); err != nil {
		return 1, err
	}
	fmt.Fprint(p.Stdout, r.summary())
	if len(r.Failures()) > 0 {
		return 3, nil
	}
	return 0, nil
}

func load(input string) (Input, map[string]Base, error) {
	in, err := Default()
	if input != "" {
		raw, readErr := os.ReadFile(input)
		if readErr != nil {
			return Input{}, nil, readErr
		}
		in, err = Parse(raw)
	}
	if err != nil {
		return Input{}, nil, err
	}
	dir, err := os.MkdirTemp("", "fleetsim")
	if err != nil {
		return Input{}, nil, err
	}
	defer os.RemoveAll(dir)
	bases, err := Bases(in, dir)
	return in, bases, err
}

func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Check says whether the page in a folder was made from this input, these
// recorded computers and this size, without simulating anything.
func Check(dir string, in Input, bases map[string]Base, size Size) error {
	page, err := os.ReadFile(filepath.Join(dir, PageName))
	if err != nil {
		return err
	}
	if !bytes.Contains(page, []byte("`"+Identity(in, bases, size)+"`")) {
		return fmt.Errorf("%s is of another input or of other recorded computers: run go run ./cmd/fleetsim -out docs", PageName)
	}
	return nil
}
