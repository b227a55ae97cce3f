package server_test

import (
	"bufio"
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/seed-1feef0b2/holdfast/server"
)

// keySize is that of every key: master keys, data keys, challenges' secrets.
const keySize = 32

// locked is a sealed value, with the label that it is bound to.
type locked struct {
	label, row string
	sealed     []byte
}

// thief has a stolen database and knows the program: where values are sealed, how,
// and what each is bound to. He tries what the database holds as keys.
//
// All values are sealed under one data key, and that under the master key. So a key
// that is good for anything opens a door: a wrapped data key, or the last value of a
// sealed column. Each candidate is tried at all of them.
// Should a value have been sealed under something else, it would be something of its
// own account: each value is tried with all that the database has about that.
type thief struct {
	rows   [][][]byte       // the values of each row
	near   map[string][]int // the rows in which a name stands
	values []locked
	doors  []locked
	keys   map[[keySize]byte]bool // those that opened something
	opened map[string][]byte      // what they opened, by label
	global int                    // candidates tried at every door
	tried  atomic.Int64           // attempts to open something
	mu     sync.Mutex
}

// rowsOf reads the rows of a backup (its format is described in server/store).
func rowsOf(backup []byte) (rows [][][]byte, err error) {
	in := bufio.NewReader(bytes.NewReader(backup))
	var table struct{ Columns []struct{ Kind string } }
	for {
		letter, err := in.ReadByte()
		if err != nil {
			return rows, err
		}
		size, err := binary.ReadUvarint(in)
		if err != nil {
			return rows, err
		}
		record := make([]byte, size)
		if _, err := io.ReadFull(in, record); err != nil {
			return rows, err
		}
		switch letter {
		case 'T':
			table.Columns = nil
			if err := json.Unmarshal(record, &table); err != nil {
				return rows, err
			}
		case 'R':
			r, row := bytes.NewReader(record), [][]byte(nil)
			for _, c := range table.Columns {
				if there, err := r.ReadByte(); err != nil || there == 0 {
					continue
				}
				if c.Kind == "number" {
					_, _ = binary.ReadVarint(r)
					continue
				}
				n, err := binary.ReadUvarint(r)
				value := make([]byte, n)
				if _, full := io.ReadFull(r, value); errors.Join(err, full) != nil {
					return rows, errors.Join(err, full)
				}
				row = append(row, value)
			}
			rows = append(rows, row)
		case 'Z':
			return rows, nil
		}
	}
}

// newThief reads a stolen backup. What is sealed where he knows from the program.
func newThief(t *testing.T, l *lab, backup []byte) *thief {
	t.Helper()
	rows, err := rowsOf(backup)
	l.must(err)
	h := &thief{rows: rows, near: map[string][]int{}, keys: map[[keySize]byte]bool{}, opened: map[string][]byte{}}
	for i, row := range rows {
		for _, v := range row {
			if len(v) >= 8 && len(v) <= 64 {
				h.near[string(v)] = append(h.near[string(v)], i)
			}
		}
	}
	l.must(l.db.Open().Read(ctx, func(tx server.Tx) error {
		keys, err := tx.DataKeys()
		for _, k := range keys {
			for _, w := range k.Wraps {
				h.doors = append(h.doors, locked{"holdfast data key " + k.Purpose + " " + k.ID, k.ID, w.Wrapped})
			}
		}
		for _, place := range tx.SealedPlaces() {
			list, more := tx.SealedAfter(place, "", 1_000_000)
			err = errors.Join(err, more)
			from := len(h.values)
			for _, v := range list {
				if len(v.Sealed) > 0 {
					h.values = append(h.values, locked{place + " " + v.Row, v.Row, v.Sealed})
				}
			}
			if here := h.values[from:]; len(here) > 0 {
				h.doors = append(h.doors, here[len(here)-1])
			}
		}
		return err
	}))
	return h
}

// candidates calls use with each 32 bytes that a value may give: any in a row of it
// as it is, and decoded; and its hash.
func candidates(value []byte, use func([keySize]byte)) {
	forms := [][]byte{value}
	if b, err := hex.DecodeString(string(value)); err == nil {
		forms = append(forms, b)
	}
	for part := range strings.SplitSeq(string(value), ".") {
		for _, coding := range []*base64.Encoding{base64.RawURLEncoding, base64.StdEncoding} {
			if b, err := coding.DecodeString(part); err == nil {
				forms = append(forms, b)
			}
		}
	}
	for _, f := range forms {
		use(sha256.Sum256(f))
		for i := 0; i+keySize <= len(f); i++ {
			use([keySize]byte(f[i:]))
		}
	}
}

// attempt tries a candidate as the key, and where wide as a master key, and says
// whether it opened anything.
func (h *thief) attempt(key [keySize]byte, wide bool, at []locked) bool {
	tries := [][]byte{key[:]}
	for _, label := range []string{"holdfast master seal v1", "holdfast master wrap v1"} {
		if wide {
			d, _ := hkdf.Key(sha256.New, key[:], nil, label, keySize) // a length that it can give
			tries = append(tries, d)
		}
	}
	good := false
	for _, k := range tries {
		aead, _ := chacha20poly1305.NewX(k) // 32 bytes, always
		for _, v := range at {
			sealed := v.sealed
			if len(sealed) > 5 && sealed[0] == 2 { // the head: format and version
				sealed = sealed[5:]
			}
			h.tried.Add(1)
			if s, err := aead.Open(nil, sealed[:24], sealed[24:], []byte(v.label)); err == nil {
				h.mu.Lock()
				h.opened[v.label], h.keys[key], good = s, true, true
				h.mu.Unlock()
			}
		}
	}
	return good
}

// everywhere tries candidates at doors, on all processors.
func (h *thief) everywhere(list [][keySize]byte, at []locked) {
	var wg sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for w := range n {
		wg.Go(func() {
			for i := w; i < len(list); i += n {
				h.attempt(list[i], true, at)
			}
		})
	}
	wg.Wait()
}

// candidates gives every candidate of the whole database, and what careless people take
// for keys.
func (h *thief) candidates() [][keySize]byte {
	seen, list := map[[keySize]byte]bool{}, [][keySize]byte(nil)
	use := func(k [keySize]byte) {
		if !seen[k] {
			seen[k], list = true, append(list, k)
		}
	}
	for _, row := range h.rows {
		for _, v := range row {
			candidates(v, use)
		}
	}
	for _, weak := range []string{"", "holdfast", "holdfast master seal v1", "master", strings.Repeat("\x00", keySize), strings.Repeat("0", 2*keySize)} {
		candidates([]byte(weak), use)
	}
	h.global = len(list)
	return list
}

// account gives the rows that name what a row names: everything about the same
// account.
func (h *thief) account(row string) map[int]bool {
	name, _, _ := strings.Cut(row, " ")
	rows := map[int]bool{}
	for _, i := range h.near[name] {
		for _, v := range h.rows[i] {
			if list := h.near[string(v)]; len(list) < 200 { // else it is a word, not a name
				for _, j := range list {
					rows[j] = true
				}
			}
		}
	}
	return rows
}

// among tries all that is said of an account as the key of what is sealed there.
func (h *thief) among(rows map[int]bool, at []locked) {
	seen := map[[keySize]byte]bool{}
	for i := range rows {
		for _, v := range h.rows[i] {
			candidates(v, func(k [keySize]byte) {
				if !seen[k] {
					seen[k] = true
					h.attempt(k, false, at)
				}
			})
		}
	}
}

// attack opens what can be opened. More are keys that he has from elsewhere.
func (h *thief) attack(more ...[keySize]byte) {
	h.everywhere(append(h.candidates(), more...), h.doors)
	// What is sealed in rows of the same account is tried together.
	accounts, values := map[int]map[int]bool{}, map[int][]locked{}
	for _, v := range h.values {
		rows := h.account(v.row)
		first := len(h.rows)
		for i := range rows {
			first = min(first, i)
		}
		if accounts[first] == nil {
			accounts[first] = map[int]bool{}
		}
		maps.Copy(accounts[first], rows)
		values[first] = append(values[first], v)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				h.among(accounts[i], values[i])
			}
		})
	}
	for i := range accounts {
		next <- i
	}
	close(next)
	wg.Wait()
	h.follow()
}

// follow tries what opened, and what opened it, at everything, until no more opens.
func (h *thief) follow() {
	done := map[[keySize]byte]bool{}
	for again := true; again; {
		again = false
		var list [][keySize]byte
		for k := range h.keys {
			list = append(list, k)
		}
		for _, s := range h.opened {
			if len(s) == keySize {
				list = append(list, [keySize]byte(s))
			}
		}
		for _, k := range list {
			if !done[k] && h.attempt(k, true, h.doors) {
				h.everywhere([][keySize]byte{k}, h.values)
				again = true
			}
			done[k] = true
		}
	}
}
