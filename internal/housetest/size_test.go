package housetest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// The norm of the house, in lines: from measuring code bases that are a
// pleasure to read.
const (
	fileMax, fileMedian                = 500, 150
	funcMax, funcNineInTen, funcMedian = 80, 45, 12
	testShare                          = 0.5
	mainMax                            = 40
)

func TestRoomsAreSmall(t *testing.T) {
	var sizes []int
	for _, f := range goFiles(t) {
		n := strings.Count(f.text, "\n")
		if n > fileMax {
			t.Errorf("%s has %d lines, more than %d: split it", f.path, n, fileMax)
		}
		if !f.test {
			sizes = append(sizes, n)
		}
	}
	if m := quantile(sizes, 0.5); m > fileMedian {
		t.Errorf("the median file has %d lines, more than %d", m, fileMedian)
	}
}

func TestFunctionsAreSmall(t *testing.T) {
	var sizes []int
	for _, f := range goFiles(t) {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			n := f.line(fn.End()) - f.line(fn.Pos()) + 1
			if n > funcMax {
				t.Errorf("%s: %s has %d lines, more than %d", f.path, fn.Name.Name, n, funcMax)
			}
			if !f.test {
				sizes = append(sizes, n)
			}
		}
	}
	if m := quantile(sizes, 0.5); m > funcMedian {
		t.Errorf("the median function has %d lines, more than %d", m, funcMedian)
	}
	if m := quantile(sizes, 0.9); m > funcNineInTen {
		t.Errorf("nine in ten functions have up to %d lines, more than %d", m, funcNineInTen)
	}
}

func TestTestsAreAtLeastHalf(t *testing.T) {
	var code, tests int
	for _, f := range goFiles(t) {
		if f.test {
			tests += strings.Count(f.text, "\n")
		} else {
			code += strings.Count(f.text, "\n")
		}
	}
	if float64(tests) < testShare*float64(code) {
		t.Errorf("%d lines of tests for %d of code: less than half", tests, code)
	}
}

func TestMainOnlyCalls(t *testing.T) {
	for _, f := range goFiles(t) {
		if !strings.HasPrefix(f.pkg, "cmd/") || f.test {
			continue
		}
		if !strings.HasSuffix(f.path, "/main.go") {
			t.Errorf("%s: a program is main.go only; what it does belongs in internal/", f.path)
		}
		if n := strings.Count(f.text, "\n"); n > mainMax {
			t.Errorf("%s has %d lines: main only calls", f.path, n)
		}
	}
}

func quantile(sizes []int, q float64) int {
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[int(q*float64(len(sizes)-1))]
}
