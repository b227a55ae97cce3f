package code

import (
	"strings"
	"testing"
)

func TestCheckCatchesEverySlip(t *testing.T) {
	s := WithCheck("4HTM3XR9")
	if !Valid(s, 9) {
		t.Fatalf("%q is not valid with its own check symbol", s)
	}
	for i := range len(s) {
		for _, c := range Crockford {
			if byte(c) == s[i] {
				continue
			}
			if w := s[:i] + string(c) + s[i+1:]; Valid(w, 9) {
				t.Errorf("one wrong symbol passes: %q", w)
			}
		}
		for j := i + 1; j < len(s); j++ {
			if s[i] == s[j] {
				continue
			}
			b := []byte(s)
			b[i], b[j] = b[j], b[i]
			if i < 8 && j < 8 && Valid(string(b), 9) {
				t.Errorf("a swap passes: %q", b)
			}
		}
	}
}

func TestNormaliseAndGroup(t *testing.T) {
	if got := Normalise(" 4ht-m3x r9o\n"); got != "4HTM3XR90" {
		t.Errorf("got %q", got)
	}
	if got := Group("4HTM3XR9W"); got != "4HT-M3X-R9W" {
		t.Errorf("got %q", got)
	}
}

func TestAccountCheckDigit(t *testing.T) {
	n := AccountWithCheck("40259371846")
	if !ValidAccount(n) {
		t.Fatalf("%s is not valid", n)
	}
	for i := range len(n) {
		for d := byte('0'); d <= '9'; d++ {
			if d != n[i] && ValidAccount(n[:i]+string(d)+n[i+1:]) {
				t.Errorf("one wrong digit passes at %d", i)
			}
		}
		if i+1 < len(n) && n[i] != n[i+1] {
			if ValidAccount(n[:i] + string(n[i+1]) + string(n[i]) + n[i+2:]) {
				t.Errorf("a swap of neighbours passes at %d", i)
			}
		}
	}
	if got := GroupAccount("123456789012"); got != "1234 5678 9012" {
		t.Errorf("got %q", got)
	}
}

func TestFindInWholeMessage(t *testing.T) {
	c := Group(WithCheck("4HTM3XR9"))
	text := "Holdfast code: " + strings.ToLower(c) + ". Reference K7Q. Works until 14:22."
	if got := Find(text, true); Group(got) != c {
		t.Errorf("got %q, want %q", got, c)
	}
	if got := Find("Your code is 133-742.", false); got != "133742" {
		t.Errorf("got %q", got)
	}
	if got := Find("4HTM 3X", true); got != "4HTM3X" {
		t.Errorf("partial text: got %q", got)
	}
}
