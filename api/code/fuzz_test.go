package code

import (
	"strings"
	"testing"
)

// FuzzFind: whatever is pasted, what is found is normal form already, a code
// found inside a message is a valid one, and a code alone is found as it is.
func FuzzFind(f *testing.F) {
	f.Add("Your code: 4HT-M3X-R9W. Reference K7Q.")
	f.Add("123 456")
	f.Add("o0iL1-\u2011 \xff")
	f.Fuzz(func(t *testing.T, text string) {
		for _, crockford := range []bool{true, false} {
			found := Find(text, crockford)
			if again := Normalise(found); again != found {
				t.Fatalf("%q is not in normal form: %q", found, again)
			}
		}
		own := Normalise(text)
		if Valid(own, EmailSymbols+1) {
			if got := Find(Group(own), true); got != own {
				t.Fatalf("a code alone was read as %q, not %q", got, own)
			}
		}
		if n := len(own); n > 1 && n < 31 && strings.Trim(own, Crockford) == "" {
			with := WithCheck(own)
			if !Valid(with, n+1) {
				t.Fatalf("%q has no right check symbol", with)
			}
			if Valid(with[:n]+string(Crockford[(strings.IndexByte(Crockford, with[n])+1)%32]), n+1) {
				t.Fatal("a wrong check symbol passed")
			}
		}
	})
}
