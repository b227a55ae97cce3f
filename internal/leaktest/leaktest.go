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
	"net/url"
	"os"
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

// Add adds values that may be nowhere: passwords, keys, names. Values of fewer than six
// bytes cannot be told from chance; they are refused with a panic.
func (s *Secrets) Add(kind string, values ...string) {
	for _, v := range values {
		if len(v) < head {
			panic("leaktest: a " + kind + " is too short to be looked for")
		}
		s.secret(kind, v, v)
	}
}

// AddCode adds a code as it was sent: with its hyphens, without them, and with spaces.
func (s *Secrets) AddCode(code string) {
	joined := strings.ReplaceAll(code, "-", "")
	s.secret("code", code, code, joined, strings.ReplaceAll(code, "-", " "))
}

// AddAddress adds an e-mail address: whole, and what stands before the @ where that is
// long enough to be told from chance.
func (s *Secrets) AddAddress(address string) {
	forms := []string{address}
	if local, _, ok := strings.Cut(address, "@"); ok && len(local) >= head {
		forms = append(forms, local)
	}
	s.secret("address", address, forms...)
}

// AddNumber adds a phone number in E.164 (+4917012345678): with and without its plus,
// and its last eight digits.
func (s *Secrets) AddNumber(number string) {
	digits := strings.TrimPrefix(number, "+")
	forms := []string{number, digits}
	if len(digits) > 8 {
		forms = append(forms, digits[len(digits)-8:])
	}
	s.secret("number", number, forms...)
}

// secret adds the forms of one secret; whole is what is also looked for encoded.
func (s *Secrets) secret(kind, whole string, forms ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kinds == nil {
		s.kinds, s.heads, s.bits, s.seed = map[string]string{}, map[string][]string{}, make([]bool, bitsSize), maphash.MakeSeed()
	}
	s.plain++
	for _, f := range forms {
		s.form(kind, f)
	}
	s.form(kind+", escaped", url.QueryEscape(whole))
	s.form(kind+", escaped", strings.ReplaceAll(whole, "@", `\u0040`))
	if len(whole) < 9 {
		return // the encodings of a short code could be met by chance
	}
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
// not met where it is part of a longer number, nor where it is a bare number of JSON:
// there are times and counts.
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

// byChance says whether a short run of digits is only a part of something else.
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
	return digit(before) || digit(after) || before == '.' || bare
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
