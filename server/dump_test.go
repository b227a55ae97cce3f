package server_test

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/internal/leaktest"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// dump is every row of a database, as a thief of its backup has it, and the files of
// it, as a thief of its disk has them: with their free pages.
func (l *lab) dump() (rows, files []byte) {
	l.Helper()
	var out bytes.Buffer
	if _, err := l.db.Open().Backup(ctx, &out, "test", l.clock.now()); err != nil {
		l.Fatal(err)
	}
	packed := out.Bytes()
	z, err := gzip.NewReader(bytes.NewReader(packed[bytes.IndexByte(packed, '\n')+1 : len(packed)-sha256.Size]))
	l.must(err)
	rows, err = io.ReadAll(z)
	l.must(err)
	for _, file := range []string{l.db.DSN, l.db.DSN + "-wal"} {
		if raw, err := os.ReadFile(file); err == nil && l.db.Name == "sqlite" {
			files = append(files, raw...)
		}
	}
	return rows, files
}

// loot is what a thief would like to find, as the people know it.
type loot struct {
	leaktest.Secrets
	open   map[string]string // codes that work, by challenge
	used   int               // codes that were typed
	phones int               // of the open ones, to phones
	bodies [][sha256.Size]byte
}

// issued lets n people register, type their code, and be asked for another one that
// is still open when the database is stolen: because of another disk, or, for each
// fourth, to confirm a phone.
func (l *lab) issued(n int) *loot {
	l.Helper()
	got := &loot{open: map[string]string{}}
	got.Add("password", password)
	numbers := mobiles()
	db := l.db.Open()
	for i := range n {
		b := l.box()
		b.sent = func(body [sha256.Size]byte) { got.bodies = append(got.bodies, body) }
		b.ip = netip.AddrFrom4([4]byte{203, byte(i >> 16), byte(i >> 8), byte(i)})
		address := fmt.Sprintf("kim.nguyen%03d@example.org", i) // both parts long enough to be told from chance
		got.AddAddress(address)
		l.must(b.register(address))
		code := l.code()
		got.AddCode(code)
		_, _, err := b.answer(code)
		l.must(err)
		got.used++
		if i%4 == 1 {
			number := numbers[i/4%len(numbers)]
			number = fmt.Sprintf("%s%03d", number[:len(number)-3], 100+i%900)
			got.AddNumber(number)
			if _, err = b.requestPhone(number, password, false); err == nil {
				got.phones++
			}
		}
		if i%4 != 1 || err != nil { // not every number that is made up is one
			b.computer = b.computer.With("boot-disk", fmt.Sprint("disk", i))
			_, err = b.checkIn()
			l.must(err)
		}
		code = l.code()
		got.AddCode(code)
		l.must(db.Read(ctx, func(tx server.Tx) error {
			ch, err := tx.LatestChallenge(b.id)
			got.open[ch.ID] = code
			return err
		}))
		l.mail = nil
	}
	return got
}

// mobiles are mobile numbers of many countries.
func mobiles() (list []string) {
	for _, country := range []string{"VN", "DE", "GB", "FR", "IT", "ES", "PL", "NL", "BE", "AT", "CH", "SE", "NO", "DK", "FI", "CZ", "JP", "KR", "BR", "IN", "AU", "TH"} {
		n := phonenumbers.GetExampleNumberForType(country, phonenumbers.MOBILE)
		list = append(list, phonenumbers.Format(n, phonenumbers.E164))
	}
	return list
}

// TestADumpGivesNoCode steals the database, without the master key, while a thousand
// codes are open (six in the short form), and tries to get them: by looking for
// them and for the secrets that they are made of; for any hash that would tell a
// right guess from a wrong one; and by opening what is sealed with all that the
// database holds. The same attack with the master key finds every one of them.
func TestADumpGivesNoCode(t *testing.T) {
	longAlone(t)
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		n := 6
		if full() {
			n = 1000
		}
		l := newLab(t, d, nil)
		begun := time.Now()
		got := l.issued(n)
		made := time.Since(begun)
		rows, files := l.dump()
		if !bytes.Contains(rows, []byte("data_keys")) {
			t.Fatal("the dump has no data keys")
		}
		begun = time.Now()
		for name, stolen := range map[string][]byte{"the backup": rows, "the files": files} {
			got.Check(t, name, stolen)
			l.marks(got, stolen).check(t, name)
		}
		without := newThief(t, l, rows)
		without.attack()
		recovered := without.codes(got)
		if recovered != 0 || len(without.opened) != 0 {
			t.Errorf("%d codes recovered, %d values opened", recovered, len(without.opened))
		}
		t.Logf("%s: %d codes, %d open when the database was stolen (%d of them on phones): %d recovered from %d bytes of rows and %d of files, %d sealed values; "+
			"%d keys tried at %d doors, and all of an account's at its values: %d attempts; %v, the codes made in %v",
			d.Name, got.used+len(got.open), len(got.open), got.phones, recovered, len(rows), len(files), len(without.values), without.global, len(without.doors),
			without.tried.Load(), time.Since(begun).Round(time.Second), made.Round(time.Second))
		with := newThief(t, l, rows)
		with.everywhere([][keySize]byte{{1, 2, 3}}, with.doors)
		with.follow()
		if found := with.codes(got); found != len(got.open) {
			t.Errorf("with the master key %d of %d codes are recovered", found, len(got.open))
		} else {
			t.Logf("%s: with the master key the same attack recovers %d of %d that are open, and opens %d of %d sealed values",
				d.Name, found, len(got.open), len(with.opened)-2, len(with.values))
		}
	})
}

// codes is how many open codes follow from what was opened.
func (h *thief) codes(got *loot) (found int) {
	for id, typed := range got.open {
		secret := h.opened["challenges.secret "+id]
		for _, channel := range []string{api.ChannelEmail, api.ChannelSMS} {
			for epoch := range 3 {
				if secret != nil && server.DeriveCode(secret, channel, epoch+1) == typed {
					found++
				}
			}
		}
	}
	return found
}

// marks are the first sixteen bytes of what may not be anywhere, and where they were
// found.
type marks struct {
	what  map[[16]byte]string
	found []string
}

func (m *marks) add(what string, raw []byte) {
	for _, form := range [][]byte{raw, []byte(hex.EncodeToString(raw)), []byte(base64.StdEncoding.EncodeToString(raw)), []byte(base64.URLEncoding.EncodeToString(raw))} {
		m.what[[16]byte(form)] = what
	}
}

// marks looks in what was stolen for the secrets that codes are made of, and for
// whatever tells whether a guess is right: the hash of a code, alone and with what
// names its challenge, and that of a request in which it, or a password, was sent.
func (l *lab) marks(got *loot, stolen []byte) *marks {
	l.Helper()
	m := &marks{what: map[[16]byte]string{}}
	secrets, _, err := l.svc.Opened(ctx)
	l.must(err)
	for place, secret := range secrets {
		if len(secret) >= 16 {
			m.add("what is sealed in "+place, []byte(secret))
		}
	}
	for _, body := range got.bodies {
		m.add("the hash of a request", body[:])
	}
	l.must(l.db.Open().Read(ctx, func(tx server.Tx) error {
		for id, typed := range got.open {
			ch, err := tx.Challenge(id)
			if err != nil {
				return err
			}
			for _, name := range []string{"", id, ch.Reference, ch.Device, ch.Account, ch.Contact} {
				m.confirming(name, typed)
			}
		}
		return nil
	}))
	for i := 0; i+16 <= len(stolen); i++ {
		if what, ok := m.what[[16]byte(stolen[i:])]; ok {
			m.found = append(m.found, fmt.Sprintf("%s at %d", what, i))
		}
	}
	return m
}

// confirming adds the hashes of a code and a name.
func (m *marks) confirming(name, typed string) {
	for _, text := range []string{name + typed, typed + name, name + "\x00" + typed, name + " " + typed} {
		short, long := sha256.Sum256([]byte(text)), sha512.Sum512([]byte(text))
		m.add("the hash of a code", short[:])
		m.add("the hash of a code", long[:])
	}
	for _, two := range [][2]string{{name, typed}, {typed, name}} {
		h := hmac.New(sha256.New, []byte(two[0]))
		h.Write([]byte(two[1]))
		m.add("the keyed hash of a code", h.Sum(nil))
	}
}

func (m *marks) check(t *testing.T, name string) {
	t.Helper()
	for _, f := range m.found[:min(5, len(m.found))] {
		t.Errorf("%s: %s", name, f)
	}
}
