package httpapi

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestMatcherIsTheRegularExpression compares both over texts near every pattern: those
// that requests' schemas have, which must have a table, and some that have none.
func TestMatcherIsTheRegularExpression(t *testing.T) {
	tabled := []string{
		"^[0-9a-f]{32}$", "^[A-Za-z0-9_-]{43}$", "^[A-Za-z0-9_-]{86}$", "^[a-z0-9]+(-[a-z0-9]+)*$", "^[a-z]+$",
		`^\+[0-9 ().-]*$`, "^$", "^a*$", "^(ab|ac|b)*$", "^a?(a|b)$", `^(?:a|^b)+$`, `\Aa\z`, "^(a|$)b?$",
	}
	others := []string{"a", "a$", "^ä+$", "(?i)^k$", "^.$", `^a\b`, "(?m)^a$", "^[^a]$", "^a|b$", "^a", "^a*"}
	random := rand.New(rand.NewPCG(1, 2))
	for i, pattern := range append(tabled, others...) {
		m, want := newMatcher(pattern), regexp.MustCompile(pattern)
		if (m.table != nil) != (i < len(tabled)) {
			t.Errorf("%s: a table: %v", pattern, m.table != nil)
		}
		for range 3000 {
			s := textNear(random)
			if m.match([]byte(s)) != want.MatchString(s) {
				t.Fatalf("%s and %q", pattern, s)
			}
		}
	}
}

// textNear makes texts that often match one of the patterns, or nearly do.
func textNear(r *rand.Rand) string {
	letters := []string{"ab", "0123456789abcdef", "abc-", "az09AZ_-", "+0 ().-", "aKk\u212aä\xff\n\x00", "ABCabc_-123"}[r.IntN(7)]
	runes := []rune(letters)
	length := []int{r.IntN(4), r.IntN(12), 31 + r.IntN(3), 42 + r.IntN(3), 85 + r.IntN(3)}[r.IntN(5)]
	var b strings.Builder
	for range length {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}
