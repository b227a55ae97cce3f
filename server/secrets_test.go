package server_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestTheDatabaseAloneTellsNothing: neither a code nor an address nor a share
// nor a password is anywhere in the files of a database that has seen them all.
func TestTheDatabaseAloneTellsNothing(t *testing.T) {
	l := newLab(t, storetest.SQLite(t), nil)
	b := l.box()
	l.must(b.register("kim.very.particular@example.org"))
	first := l.code()
	_, _, err := b.answer(wrongCode(first))
	l.want(err, api.CodeWrong)
	_, share, err := b.answer(first)
	l.must(err)
	l.deliver()
	b.computer = b.computer.With("boot-disk", "d9")
	_, err = b.checkIn()
	l.must(err)
	open := l.code()

	files, err := filepath.Glob(l.db.DSN + "*")
	l.must(err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		l.must(err)
		for what, secret := range map[string]string{
			"a used code": first, "an open code": open, "the address": "very.particular", "the share": string(share), "the password": password,
		} {
			if bytes.Contains(bytes.ToLower(raw), []byte(strings.ToLower(secret))) {
				t.Errorf("%s is in %s", what, filepath.Base(name))
			}
		}
		if regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{20,}`).FindString(strings.ReplaceAll(string(raw), b.policyJWS(), "")) != "" {
			t.Errorf("a certificate is in %s", filepath.Base(name))
		}
	}
}

// policyJWS is the one signed text that may be stored with a reply.
func (b *box) policyJWS() string {
	r, err := b.svc.Device(ctx, b.caller("device", nil))
	b.l.must(err)
	return r.Policy
}

func TestAnotherMasterKeyOpensNothing(t *testing.T) {
	l := newLab(t, storetest.SQLite(t), nil)
	l.activated("kim@example.org")
	_, err := server.New(server.Config{
		Store: l.db.Open(), Now: l.clock.now, Master: server.NewSealer([32]byte{9}), Origin: "https://holdfast.example.org",
	})
	if err == nil {
		t.Error("a service started with the wrong master key")
	}
}

func TestTamperingWithTheAuditLogShows(t *testing.T) {
	l := newLab(t, storetest.SQLite(t), nil)
	b := l.activated("kim@example.org")
	l.must(l.svc.VerifyAudit(ctx, b.account))
	db := l.db.Open()
	l.must(db.Write(ctx, func(tx server.Tx) error {
		last, err := tx.LastAudit(b.account)
		if err != nil {
			return err
		}
		last.Prev, last.Seq, last.Detail = last.Hash, last.Seq+1, "forged"
		return tx.AddAudit(last)
	}))
	if err := l.svc.VerifyAudit(ctx, b.account); err == nil {
		t.Error("a forged row passes")
	}
}

func TestAuditAndStatusHoldNoAddress(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		b.computer = b.computer.With("kernel", "6.2")
		_, err := b.checkIn()
		l.must(err)
		db := l.db.Open()
		l.must(db.Read(ctx, func(tx server.Tx) error {
			rows, err := tx.Audit(b.account, 0, 100)
			var events []string
			for _, r := range rows {
				events = append(events, r.Event)
				if strings.Contains(fmt.Sprint(r), "example.org") || bytes.Contains(r.IP, []byte("203")) {
					t.Errorf("row %+v", r)
				}
			}
			if got := strings.Join(events, " "); got != "asked activated accepted" {
				t.Errorf("events: %s", got)
			}
			return err
		}))
	})
}

func TestReadsProlongNothing(t *testing.T) {
	each(t, func(l *lab) {
		b := l.activated("kim@example.org")
		first, err := l.svc.Device(ctx, b.caller("device", nil))
		l.must(err)
		l.clock.pass(10 * 24 * time.Hour)
		later, err := l.svc.Device(ctx, b.caller("device", nil))
		l.must(err)
		if first.Certificate != later.Certificate || first.Certificate == "" {
			l.Error("reading gave another certificate")
		}
		fresh, err := b.checkIn()
		l.must(err)
		if fresh.Certificate == first.Certificate {
			l.Error("a check-in renewed nothing")
		}
		b.id = "somebody else's"
		_, err = l.svc.Device(ctx, b.caller("device", nil))
		l.want(err, api.CodeNotFound)
	})
}
