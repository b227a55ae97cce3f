// Package leaktest looks in logs, figures, traces, dumps and replies for what may not
// be there: codes, addresses, numbers, passwords, keys. It is for tests only.
//
// A test adds every secret as it is issued and searches whatever the run left behind at
// its end. Each is looked for as it is, in the forms in which people and programs write
// it (groups, escapes, base64, hex), and without regard to case.
package leaktest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Secrets are what may not be found. The zero value holds none; it is safe for use by
// several goroutines.
type Secrets struct {
	mu    sync.Mutex
	kinds map[string]string // a form in lower case → what it is
	heads map[string][]string
	bits  []bool
	seed  maphash.Seed
	plain int
	count map[string]int // by kind
}

// head is how many bytes of a form are looked up at every place of a text; no form is
// shorter.
const head = 6

const bitsSize = 1 << 20

// Len is how many secrets were added.
func (s *Secrets) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plain
}

// String says how many of each kind were added: "3 address, 12 code".
func (s *Secrets) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(s.count)) {
		out = append(out, fmt.Sprintf("%d %s", s.count[kind], kind))
	}
	return strings.Join(out, ", ")
}

// Disguises are the writings in which a value must be found in a text, wherever it
// stands there, by the name of the writing.
func Disguises(value string) map[string]string {
	out := map[string]string{
		"plain": value, "large": strings.ToUpper(value), "escaped": url.QueryEscape(value), "hex": hex.EncodeToString([]byte(value)),
	}
	for shift := range 3 {
		padded := []byte(strings.Repeat("x", shift) + value + " and more")
		out[fmt.Sprintf("base64, place %d", shift)] = base64.StdEncoding.EncodeToString(padded)
		out[fmt.Sprintf("base64 for URLs, place %d", shift)] = base64.RawURLEncoding.EncodeToString(padded)
	}
	return out
}

// WithoutSamples leaves out the numbers of Prometheus's text format: what is left of
// each line is its name and its labels. Six digits of a figure are no code.
func WithoutSamples(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		if at := bytes.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			line = append(bytes.Clone(line[:at]), '\n')
		}
		out = append(out, line...)
	}
	return out
}

// Add adds values that may be nowhere: passwords, keys, names. Values of fewer than six
// bytes cannot be told from chance; they are refused with a panic.
func (s *Secrets) Add(kind string, values ...string) {
	for _, v := range values {
		if len(v) < head {
			panic("leaktest: a " + kind + " is too short to be looked for")
		}
		s.secret(kind, []string{v})
	}
}

// AddCode adds a code as it was sent or typed: with its hyphens, without them, and
// with spaces.
func (s *Secrets) AddCode(code string) {
	joined := strings.ReplaceAll(code, "-", "")
	if len(joined) != 9 { // of a phone: nobody groups it
		s.secret("code", []string{joined})
		return
	}
	hyphens := joined[:3] + "-" + joined[3:6] + "-" + joined[6:]
	s.secret("code", []string{hyphens, joined}, strings.ReplaceAll(hyphens, "-", " "))
}

// AddAddress adds an e-mail address: whole, and what stands before the @ where that is
// long enough to be told from chance.
func (s *Secrets) AddAddress(address string) {
	var forms []string
	if local, _, ok := strings.Cut(address, "@"); ok && len(local) >= head {
		forms = append(forms, local)
	}
	s.secret("address", []string{address}, forms...)
}

// AddNumber adds a phone number in E.164 (+4917012345678): with and without its plus,
// and its last eight digits.
func (s *Secrets) AddNumber(number string) {
	digits := strings.TrimPrefix(number, "+")
	forms := []string{digits}
	if len(digits) > 8 {
		forms = append(forms, digits[len(digits)-8:])
	}
	s.secret("number", []string{number}, forms...)
}

// secret adds one secret: what it is whole, which is looked for encoded, too, and
// other forms of it.
func (s *Secrets) secret(kind string, wholes []string, forms ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds, s.heads, s.bits, s.seed = map[string]string{}, map[string][]string{}, make([]bool, bitsSize), maphash.MakeSeed()
		s.count = map[string]int{}
	}
	s.plain++
	s.count[kind]++
	for _, f := range append(forms, wholes...) {
		s.form(kind, f)
	}
	for _, whole := range wholes {
		s.encoded(kind, whole)
	}
}

func (s *Secrets) encoded(kind, whole string) {
	s.form(kind+", escaped", url.QueryEscape(whole))
	s.form(kind+", escaped", strings.ReplaceAll(whole, "@", `\u0040`))
	s.form(kind+", hex", hex.EncodeToString([]byte(whole)))
	// In base64 a text looks different at each of three places; what its first and last
	// bytes share with their neighbours is left out.
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), whole...))
		from := []int{0, 2, 3}[shift]
		s.form(kind+", base64", encoded[from:len(encoded)-1])
		s.form(kind+", base64", strings.NewReplacer("+", "-", "/", "_").Replace(encoded[from:len(encoded)-1]))
	}
}

func (s *Secrets) form(kind, form string) {
	form = strings.ToLower(form)
	if _, there := s.kinds[form]; there || len(form) < head {
		return
	}
	s.kinds[form] = kind
	s.heads[form[:head]] = append(s.heads[form[:head]], form)
	s.bits[s.slot([]byte(form[:head]))] = true
}

func (s *Secrets) slot(b []byte) uint64 { return maphash.Bytes(s.seed, b) % bitsSize }

// Hit is one place where a secret stands.
type Hit struct {
	Kind   string
	Offset int
	// Around is the text around it, with the secret itself blotted out.
	Around string
}

// Search gives every place of a text where a secret stands. A code of digits alone is
// not met where it is part of a longer number, decimal or hexadecimal, nor where it is
// a bare number of JSON: there are times and counts.
func (s *Secrets) Search(text []byte) []Hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plain == 0 {
		return nil
	}
	lower := bytes.ToLower(text)
	if len(lower) != len(text) { // letters whose lower case has another length
		text = lower
	}
	var out []Hit
	for i := 0; i+head <= len(lower); i++ {
		if !s.bits[s.slot(lower[i:i+head])] {
			continue
		}
		for _, form := range s.heads[string(lower[i:i+head])] {
			if bytes.HasPrefix(lower[i:], []byte(form)) && !byChance(lower, i, form) {
				around := string(text[max(0, i-40):i]) + strings.Repeat("█", len(form)) + string(text[i+len(form):min(len(text), i+len(form)+20)])
				out = append(out, Hit{s.kinds[form], i, around})
			}
		}
	}
	return out
}

// byChance says whether a short run of digits is only a part of something else: of a
// longer number, of hexadecimal digits that are eight or more longer, or a bare
// number of JSON.
func byChance(text []byte, at int, form string) bool {
	if len(form) > 9 || strings.Trim(form, "0123456789") != "" {
		return false
	}
	before, after := byte(' '), byte(' ')
	if at > 0 {
		before = text[at-1]
	}
	if end := at + len(form); end < len(text) {
		after = text[end]
	}
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	bare := bytes.IndexByte([]byte(`:,[`), before) >= 0 && bytes.IndexByte([]byte(`,}].`), after) >= 0
	return digit(before) || digit(after) || before == '.' || bare || hexAround(text, at, at+len(form)) >= 8
}

// hexAround is how many hexadecimal digits stand around a place without a gap.
func hexAround(text []byte, from, to int) (n int) {
	isHex := func(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' }
	for i := from - 1; i >= 0 && isHex(text[i]); i-- {
		n++
	}
	for i := to; i < len(text) && isHex(text[i]); i++ {
		n++
	}
	return n
}

// Check fails the test for every hit, without repeating the secret.
func (s *Secrets) Check(t testing.TB, name string, text []byte) {
	t.Helper()
	hits := s.Search(text)
	for i, h := range hits {
		if i == 10 {
			t.Errorf("%s: %d more", name, len(hits)-i)
			return
		}
		t.Errorf("%s holds a %s at %d: %q", name, h.Kind, h.Offset, h.Around)
	}
}

// CheckFiles is Check for files; it says how much was searched.
func (s *Secrets) CheckFiles(t testing.TB, files ...string) (searched string) {
	t.Helper()
	total := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("not searched: %v", err)
			continue
		}
		total += len(raw)
		s.Check(t, name, raw)
	}
	return fmt.Sprintf("%d secrets looked for in %d bytes of %d files", s.Len(), total, len(files))
}
