package gsm

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestLengths(t *testing.T) {
	for _, c := range []struct {
		text  string
		wide  bool
		units int
		parts int
	}{
		{"", false, 0, 1},
		{"@£$ñ", false, 4, 1},
		{"€[]", false, 6, 1},
		{strings.Repeat("a", 160), false, 160, 1},
		{strings.Repeat("a", 161), false, 161, 2},
		{strings.Repeat("a", 306), false, 306, 2},
		{strings.Repeat("a", 307), false, 307, 3},
		{strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), false, 306, 3}, // the euro does not fit into part 1
		{"ã", true, 1, 1},
		{strings.Repeat("я", 70), true, 70, 1},
		{strings.Repeat("я", 71), true, 71, 2},
		{strings.Repeat("я", 134), true, 134, 2},
		{strings.Repeat("я", 135), true, 135, 3},
		{strings.Repeat("🙂", 35), true, 70, 1},
		{strings.Repeat("🙂", 67), true, 134, 3}, // 33 pairs in a part: the last would be cut in two
		{"bad \xff", true, 5, 1},
	} {
		wide, units, parts := Length(c.text)
		if wide != c.wide || units != c.units || parts != c.parts {
			t.Errorf("%.20q: %t, %d units, %d parts", c.text, wide, units, parts)
		}
	}
}

// whole puts the parts of a message together as a phone does.
func whole(m Message) string {
	all := bytes.Join(m.Parts, nil)
	if !m.Wide {
		return Decode(all)
	}
	units := make([]uint16, 0, len(all)/2)
	for i := 0; i+1 < len(all); i += 2 {
		units = append(units, uint16(all[i])<<8|uint16(all[i+1]))
	}
	return string(utf16.Decode(units))
}

func TestEveryCharacterOfTheAlphabetComesBack(t *testing.T) {
	all := strings.ReplaceAll(basic, "\uFFFD", "") + "\f^{}\\[~]|€"
	codes, ok := Encode(all)
	if !ok || Decode(codes) != all || utf8.RuneCountInString(all) != 137 {
		t.Errorf("%d characters: %q", utf8.RuneCountInString(all), Decode(codes))
	}
	if _, ok := Encode("\uFFFD"); ok {
		t.Error("the place of the escape is a character")
	}
	if codes, _ := Encode("@€"); !bytes.Equal(codes, []byte{0, 0x1b, 0x65}) {
		t.Errorf("%x", codes)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"LAPTOP-7": "LAPTOP-7", "Máy của Đức": "May cua Duc", "Ngọc’s “PC”…": `Ngoc's "PC"...`, "Компьютер": "", "Müller–Œuvre": "Müller-OEuvre",
		"ноут 7": "7", "k•••@m•••.org": "k***@m***.org", "a\u00a0b": "a b", "\xff": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if _, ok := Encode(Fold(in)); !ok {
			t.Errorf("%q is not in the alphabet", Fold(in))
		}
	}
}

func TestHeader(t *testing.T) {
	if got := Header(7, 2, 1); !bytes.Equal(got, []byte{5, 0, 3, 7, 2, 1}) {
		t.Errorf("%x", got)
	}
}

// FuzzSplit: no part is too long, nothing is lost, and the count is right.
func FuzzSplit(f *testing.F) {
	f.Add("482362 is your code")
	f.Add(strings.Repeat("€", 200))
	f.Add(strings.Repeat("🙂a", 99))
	f.Fuzz(func(t *testing.T, s string) {
		m := Split(s)
		_, _, parts := Length(s)
		if len(m.Parts) != parts {
			t.Fatalf("%d parts, counted %d", len(m.Parts), parts)
		}
		for _, p := range m.Parts {
			most := Single
			switch {
			case m.Wide && len(m.Parts) > 1:
				most = 2 * PartWide
			case m.Wide:
				most = 2 * SingleWide
			case len(m.Parts) > 1:
				most = Part
			}
			if len(p) > most || len(m.Parts) > 1 && len(p) == 0 {
				t.Fatalf("a part of %d", len(p))
			}
		}
		if utf8.ValidString(s) && whole(m) != s {
			t.Fatalf("%q became %q", s, whole(m))
		}
		Fold(s)
	})
}
