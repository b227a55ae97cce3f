package modeltest

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
)

// What the model server refuses with.
var (
	errUnknownKey = errors.New("unknown key")
	errRevoked    = errors.New("revoked")
	errCode       = errors.New("code refused")
	errRekey      = errors.New("a fork's answer needs a new key")

	errNotActivated = errors.New("not activated")
)

// States of a device.
const (
	pending   = "pending"
	activated = "activated"
	limited   = "limited"
	frozen    = "frozen"
	revoked   = "revoked"
)

// device is the server's row, copied for every transaction.
type device struct {
	id, key, state               string
	current, lastPrev, lastNext  string
	configs                      map[string]fingerprint.Snapshot // by digest
	share                        *vault.Share
	code, reason                 string // of the open challenge
	announced                    bool   // an announced change of the disk may come
	freeReleases                 int
	consumed, released, unproven int
	forks                        int
}

// server is the model: rows by device id, and the keys that lead to them.
type server struct {
	rows    map[string]device
	byKey   map[string]string
	old     map[string]bool // keys that were replaced or signed out
	hook    func(step, name string) error
	freeMax int
}

// reply is what the server says of a device; key is the share, as if it were
// sealed to the request.
type reply struct {
	id, state, reason string
	share             *vault.Share
}

// forks counts all forks that were seen.
func (s *server) forks() int {
	n := 0
	for _, d := range s.rows {
		n += d.forks
	}
	return n
}

// codes counts all codes that were taken.
func (s *server) codes() int {
	n := 0
	for _, d := range s.rows {
		n += d.consumed
	}
	return n
}

// transact runs f on a copy of a row; both the request and the answer may get
// lost, and only a whole row is stored.
func (s *server) transact(name, key string, f func(*device) error) (reply, error) {
	if err := s.hook("server-request", name); err != nil {
		return reply{}, err
	}
	if s.old[key] {
		return reply{}, errRevoked
	}
	id, ok := s.byKey[key]
	if !ok {
		return reply{}, errUnknownKey
	}
	d := s.rows[id]
	d.configs = maps.Clone(d.configs)
	before := d.released
	if err := f(&d); err != nil {
		return reply{}, err
	}
	if err := s.hook("server-commit", name); err != nil {
		return reply{}, err
	}
	if d.key != key {
		delete(s.byKey, key)
		s.old[key] = true
		s.byKey[d.key] = id
	}
	if d.state == revoked {
		s.old[key] = true
	}
	s.rows[id] = d
	out := reply{id: id, state: d.state, reason: d.reason}
	if d.released > before {
		out.share = d.share
	}
	if err := s.hook("server-reply", name); err != nil {
		return reply{}, err
	}
	return out, nil
}

// register makes a pending device, or finds the one of the same key.
func (s *server) register(key, next string) (reply, error) {
	if _, known := s.byKey[key]; !known && !s.old[key] {
		if err := s.hook("server-request", "register"); err != nil {
			return reply{}, err
		}
		id := random()
		s.rows[id] = device{id: id, key: key, state: pending, configs: map[string]fingerprint.Snapshot{}}
		s.byKey[key] = id
	}
	return s.transact("register", key, func(d *device) error {
		if d.state != pending {
			return errors.New("already enrolled")
		}
		d.current, d.lastPrev, d.lastNext = next, "", ""
		d.open("register")
		return nil
	})
}

func (d *device) open(reason string) {
	if d.code == "" || d.reason != reason {
		d.code, d.reason = random(), reason
	}
}

// checkIn judges the chain, then the snapshot.
func (s *server) checkIn(key, prev, next string, snap fingerprint.Snapshot, locked bool) (reply, error) {
	return s.transact("check-in", key, func(d *device) error {
		switch d.state {
		case pending:
			d.current, d.lastPrev, d.lastNext = next, prev, next
			d.open("register")
			return nil
		case frozen:
			d.open("fork")
			return nil
		}
		switch {
		case prev == d.current:
			d.current, d.lastPrev, d.lastNext = next, prev, next
		case prev == d.lastPrev && next == d.lastNext:
		default:
			d.forks++
			d.state, d.announced = frozen, false
			d.open("fork")
			return nil
		}
		match := d.judge(snap)
		if match == needsCode && d.announced && d.judge(d.withKnownDisk(snap)) == releasable {
			match, d.announced = releasable, false
		}
		if match == needsCode {
			d.state = limited
			d.open("changed")
			return nil
		}
		if locked {
			if match != releasable || d.freeReleases >= s.freeMax {
				d.state = limited
				d.open("locked")
				return nil
			}
			d.freeReleases++
			d.release(true)
		}
		d.state = activated
		d.configs[digest(snap)] = snap
		return nil
	})
}

// answer consumes a code.
func (s *server) answer(key, code string, snap fingerprint.Snapshot, newKey, newNext string) (reply, error) {
	return s.transact("answer", key, func(d *device) error {
		if d.code == "" || code != d.code {
			return errCode
		}
		if d.state == frozen {
			if newKey == "" || newNext == "" || s.byKey[newKey] != "" || s.old[newKey] {
				return errRekey
			}
			d.key, d.current, d.lastPrev, d.lastNext = newKey, newNext, "", ""
		}
		d.announced = d.announced || d.reason == "announce"
		d.code, d.reason, d.state = "", "", activated
		d.configs[digest(snap)] = snap
		d.consumed++
		d.release(false)
		return nil
	})
}

// announce opens a challenge whose code opens a window for another disk, once.
func (s *server) announce(key string) (reply, error) {
	return s.transact("announce", key, func(d *device) error {
		if d.state != activated {
			return errNotActivated
		}
		if !d.announced {
			d.open("announce")
		}
		return nil
	})
}

// withKnownDisk gives a computer as it would be with the disk of the last
// configuration that differs by nothing else.
func (d *device) withKnownDisk(now fingerprint.Snapshot) fingerprint.Snapshot {
	for _, known := range d.configs {
		if s := with(now, "boot-disk", value(known, "boot-disk")); judge(known, s) == releasable {
			return s
		}
	}
	return now
}

func (s *server) device(key string) (reply, error) {
	return s.transact("device", key, func(*device) error { return nil })
}

func (s *server) signOut(key string) error {
	_, err := s.transact("sign-out", key, func(d *device) error {
		d.state, d.share, d.code = revoked, nil, ""
		return nil
	})
	return err
}

func (d *device) release(free bool) {
	if d.share == nil {
		sh := vault.Share{Generation: 1}
		rand.Read(sh.Secret[:])
		d.share = &sh
	}
	d.released++
	if free {
		d.unproven++
	}
}

// verdicts of the model's judgement.
const (
	needsCode = iota
	accepted
	releasable
)

// judge is the balanced policy for the model's computers, which have a disk, an
// installation and a board of three values.
func (d *device) judge(now fingerprint.Snapshot) int {
	best := needsCode
	for _, known := range d.configs {
		best = max(best, judge(known, now))
	}
	return best
}

func judge(known, now fingerprint.Snapshot) int {
	differ := 0
	for _, k := range []string{"system-uuid", "system-serial", "board-serial"} {
		if value(known, k) != value(now, k) {
			differ++
		}
	}
	if value(known, "boot-disk") != value(now, "boot-disk") || value(known, "install-id") != value(now, "install-id") || differ >= 2 {
		return needsCode
	}
	return releasable
}

func value(s fingerprint.Snapshot, kind string) string {
	var out []string
	for _, c := range s.Of(kind) {
		out = append(out, c.Value)
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

func digest(s fingerprint.Snapshot) string { return fmt.Sprintf("%x", s.Canonical()) }

func random() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}
