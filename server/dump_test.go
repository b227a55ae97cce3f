package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// dump is every row of a database, as a thief of its backup has it.
func (l *lab) dump() []byte {
	l.Helper()
	var out bytes.Buffer
	if _, err := l.db.Open().Backup(ctx, &out, "test", l.clock.now()); err != nil {
		l.Fatal(err)
	}
	packed := out.Bytes()
	z, err := gzip.NewReader(bytes.NewReader(packed[bytes.IndexByte(packed, '\n')+1 : len(packed)-sha256.Size]))
	l.must(err)
	rows, err := io.ReadAll(z)
	l.must(err)
	for _, file := range []string{l.db.DSN, l.db.DSN + "-wal"} { // free pages, too
		if raw, err := os.ReadFile(file); err == nil && l.db.Name == "sqlite" {
			rows = append(rows, raw...)
		}
	}
	return rows
}

// issued opens n challenges whose codes go out, ten or three for each computer, and
// gives their codes. Those of the last round are open when the database is stolen;
// half of the others were answered, the rest replaced.
func (l *lab) issued(n, rounds int) map[string]string {
	l.Helper()
	codes := map[string]string{}
	db := l.db.Open()
	var boxes []*box
	for i := range n / rounds {
		b := l.box()
		b.ip = netip.AddrFrom4([4]byte{203, 0, byte(i), 7})
		l.must(b.register(fmt.Sprintf("kim%d@example.org", i)))
		if _, _, err := b.answer(l.code()); err != nil {
			l.Fatal(err)
		}
		boxes = append(boxes, b)
	}
	for round := range rounds {
		l.clock.pass(day + time.Hour)
		for i, b := range boxes {
			b.computer = b.computer.With("boot-disk", fmt.Sprint("disk", i, round))
			_, err := b.checkIn()
			l.must(err)
			typed := l.code()
			l.must(db.Read(ctx, func(tx server.Tx) error {
				ch, err := tx.LatestChallenge(b.id)
				codes[ch.ID] = typed
				return err
			}))
			if round < rounds-1 && i%2 == 0 {
				if _, _, err := b.answer(typed); err != nil {
					l.Fatal(err)
				}
			}
		}
	}
	return codes
}

// thief tries what a database says to open what is sealed in it.
type thief struct {
	keys [][]byte // 32 bytes each
}

// material is every text and blob of a dump: what the rows hold, whole, decoded and
// hashed, is tried as a key.
func (h *thief) material(rows map[string][]byte) {
	seen := map[string]bool{}
	add := func(raw []byte) {
		sum := sha256.Sum256(raw)
		for _, key := range [][]byte{raw, sum[:]} {
			if len(key) == 32 && !seen[string(key)] {
				seen[string(key)] = true
				h.keys = append(h.keys, bytes.Clone(key))
			}
		}
		for at := 0; at+32 <= len(raw) && at < 64; at++ {
			if k := string(raw[at : at+32]); !seen[k] {
				seen[k] = true
				h.keys = append(h.keys, []byte(k))
			}
		}
	}
	for _, raw := range rows {
		add(raw)
		if b, err := hex.DecodeString(string(raw)); err == nil {
			add(b)
		}
		if b, err := base64.RawURLEncoding.DecodeString(string(raw)); err == nil {
			add(b)
		}
	}
	for _, weak := range []string{"", "holdfast", "holdfast master seal v1", "master"} {
		add([]byte(weak))
	}
	add(make([]byte, 32))
}

// opens tries every key, as it is and as a master key.
func (h *thief) opens(place string, sealed []byte) []byte {
	for _, key := range h.keys {
		tries := [][]byte{key}
		for _, label := range []string{"holdfast master seal v1", "holdfast master wrap v1"} {
			if d, err := hkdf.Key(sha256.New, key, nil, label, 32); err == nil {
				tries = append(tries, d)
			}
		}
		for _, k := range tries {
			aead, err := chacha20poly1305.NewX(k)
			if err != nil {
				continue
			}
			for _, skip := range []int{0, 5} {
				if len(sealed) < skip+24 {
					continue
				}
				if s, err := aead.Open(nil, sealed[skip:skip+24], sealed[skip+24:], []byte(place)); err == nil {
					return s
				}
			}
		}
	}
	return nil
}

// TestADumpGivesNoCode steals the database, without the master key, and tries to
// get the codes of a thousand challenges (twelve in the short form): by looking for
// them, by opening what is sealed with every piece of the dump as a key, by deriving
// them from what lies there in the clear, and by going through the space of phone
// codes for a hash that would confirm one.
func TestADumpGivesNoCode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n, rounds := 12, 3
		if full() {
			n, rounds = 1000, 10
		}
		l := newLab(t, d, nil)
		codes := l.issued(n, rounds)
		stolen := l.dump()
		if !bytes.Contains(stolen, []byte("data_keys")) {
			t.Fatal("the dump has no data keys")
		}
		recovered := 0
		for id, typed := range codes {
			if contains(stolen, typed) {
				t.Errorf("the code of %s is in the dump", id)
				recovered++
			}
		}
		recovered += l.attack(codes)
		open := 0
		if !full() { // the attack is one: with the master key it gives every code that is still open
			l.must(l.db.Open().Read(ctx, func(tx server.Tx) error {
				for id := range codes {
					if ch, err := tx.Challenge(id); err == nil && ch.State == api.ChallengeOpen {
						open++
					}
				}
				return nil
			}))
			master := server.MasterKey{1, 2, 3}
			if got := l.attack(codes, master[:]); open == 0 || got < open {
				t.Errorf("with the master key %d of %d codes are recovered", got, open)
			}
		}
		if bytes.Contains(bytes.ToLower(stolen), []byte("@example.org")) {
			t.Error("an address is in the dump")
		}
		t.Logf("%s: %d of %d codes recovered from %d bytes; with the master key %d that are open", d.Name, recovered, len(codes), len(stolen), open)
		if recovered != 0 {
			t.Fail()
		}
	})
}

// contains looks for a code as text, as it is shown, and as hexadecimal.
func contains(dump []byte, typed string) bool {
	for _, form := range []string{typed, typed[:3] + "-" + typed[3:6] + "-" + typed[6:], hex.EncodeToString([]byte(typed)), base64.StdEncoding.EncodeToString([]byte(typed))} {
		if bytes.Contains(dump, []byte(form)) || bytes.Contains(dump, []byte(strings.ToLower(form))) {
			return true
		}
	}
	return false
}

// attack reads the tables through the store, opens what it can, with more keys than
// it finds there where some are given, and says how many codes that gives.
func (l *lab) attack(codes map[string]string, more ...[]byte) int {
	l.Helper()
	rows, secrets := map[string][]byte{}, map[string][]byte{}
	db := l.db.Open()
	l.must(db.Read(context.Background(), func(tx server.Tx) error {
		keys, err := tx.DataKeys()
		if err != nil {
			return err
		}
		for _, k := range keys {
			rows["id"+k.ID] = []byte(k.ID)
			for _, w := range k.Wraps {
				rows["wrap"+k.ID+w.Master], rows["master"+w.Master] = w.Wrapped, []byte(w.Master)
				secrets["holdfast data key "+k.Purpose+" "+k.ID] = w.Wrapped
			}
		}
		for _, place := range tx.SealedPlaces() {
			list, err := tx.SealedAfter(place, "", 1_000_000)
			if err != nil {
				return err
			}
			for _, v := range list {
				secrets[place+" "+v.Row] = v.Sealed
				rows[place+v.Row], rows["row"+v.Row] = v.Sealed, []byte(v.Row)
			}
		}
		for id := range codes {
			ch, err := tx.Challenge(id)
			if err != nil {
				return err
			}
			rows["ref"+id], rows["id"+id] = []byte(ch.Reference), []byte(ch.ID)
			if ch.State != api.ChallengeOpen && len(ch.Secret) > 0 {
				l.Errorf("the secret of a closed challenge is there")
			}
		}
		return nil
	}))
	h := &thief{keys: more}
	h.material(rows)
	for again := true; again; { // what opens may open more
		again = false
		for place, sealed := range secrets {
			if s := h.opens(place, sealed); len(s) == 32 {
				h.keys, again = append([][]byte{s}, h.keys...), true
			}
			if again {
				delete(secrets, place)
				break
			}
		}
	}
	found := 0
	for id, typed := range codes { // deriving from what opened, or lies there in the clear
		for _, key := range h.keys {
			if server.DeriveCode(key, api.ChannelEmail, 1) == typed {
				found++
				break
			}
		}
		m := hmac.New(sha256.New, []byte(id))
		m.Write([]byte(typed))
		for _, raw := range rows {
			if bytes.Equal(raw, m.Sum(nil)) {
				found++
			}
		}
	}
	return found
}
