package server

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write docs/parameters.md anew")

const parametersFile = "../docs/parameters.md"

// TestParametersAreDocumented keeps docs/parameters.md equal to the code.
func TestParametersAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Limits and lifetimes\n\nMade from `server/limits.go` by a test (`go test ./server -run Parameters -update`). " +
		"A server refuses to start with a value outside its range.\nAll limits count before anything is looked up, the same for what is unknown, " +
		"and are reserved in the database, so that they hold across processes.\n\n| limit | default | range | what it is |\n|---|---|---|---|\n")
	for _, p := range DefaultLimits().Table() {
		fmt.Fprintf(&b, "| `%s` | %s | %s – %s | %s |\n", p.Name, Show(p.Value), Show(p.Min), Show(p.Max), p.What)
	}
	if *update {
		if err := os.WriteFile(parametersFile, []byte(b.String()), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(parametersFile)
	if err != nil || string(raw) != b.String() {
		t.Errorf("docs/parameters.md differs from the code (%v): run this test with -update", err)
	}
}

func TestEveryLimitIsInTheTableAndInItsRange(t *testing.T) {
	l := DefaultLimits()
	fields := reflect.ValueOf(l)
	table := l.Table()
	if len(table) != fields.NumField() {
		t.Errorf("%d limits, %d rows", fields.NumField(), len(table))
	}
	for i, p := range table {
		if name := fields.Type().Field(i).Name; name != p.Name || fields.Field(i).Interface() != p.Value {
			t.Errorf("row %d is %s, field %s", i, p.Name, name)
		}
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	for i := range fields.NumField() {
		bad := l
		reflect.ValueOf(&bad).Elem().Field(i).SetInt(0)
		if err := bad.Check(); err == nil {
			t.Errorf("%s may be nothing", fields.Type().Field(i).Name)
		}
	}
}

func TestDelaysAndPauses(t *testing.T) {
	l := DefaultLimits()
	want := map[int]time.Duration{
		0: 0, 3: 0, 4: 30 * time.Second, 5: time.Minute, 6: 2 * time.Minute, 10: 32 * time.Minute, 11: time.Hour, 500: time.Hour,
	}
	for n, d := range want {
		if got := l.tryDelay(n); got != d {
			t.Errorf("after %d wrong codes: %s, want %s", n, got, d)
		}
	}
	if l.sendPause(1) != time.Minute || l.sendPause(4) != 15*time.Minute || l.sendPause(99) != 15*time.Minute {
		t.Error("pauses between messages")
	}
	if half(5) != 3 || half(10) != 5 {
		t.Error("half of a limit")
	}
	for d, text := range map[time.Duration]string{90 * time.Second: "90 s", 72 * time.Hour: "3 d", time.Hour: "1 h", 15 * time.Minute: "15 min"} {
		if got := Show(d); got != text {
			t.Errorf("%s is shown as %q", d, got)
		}
	}
}
