package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// What the doctor warns of.
const (
	clockOff        = 5 * time.Second     // between this machine and the database's
	diskLow         = uint64(1) << 30     // bytes free
	mebibyte        = uint64(1) << 20     // the unit in which it says them
	certificateSoon = 14 * 24 * time.Hour // before it ends
	backupOld       = 48 * time.Hour      // since the last one
)

func (d doctor) settings(context.Context) []finding {
	if err := d.s.checkAll(); err != nil {
		return stumbled("settings", err)
	}
	return found("settings", healthy, "settings", nil)
}

// database looks at the schema, the master key and whether one opens the other.
func (d doctor) database(ctx context.Context) []finding {
	if err := d.s.masterThere(); err != nil {
		if _, missing := os.Stat(d.s.database()); d.s.Database == "" && missing != nil {
			return found("database", warning, "first", text.Data{"Data": d.s.Data})
		}
		return stumbled("database", err)
	}
	if err := d.s.builtInThere(); err != nil {
		return stumbled("database", err)
	}
	var out []finding
	err := withDatabase(d.s, nil, func(db *store.DB, service *server.Service) error {
		if err := service.Ready(ctx); err != nil {
			return err
		}
		version, _, err := store.Schema(ctx, d.s.database())
		out = found("database", healthy, "database", text.Data{"Schema": version})
		return err
	})
	if err != nil {
		return stumbled("database", err)
	}
	return out
}

func (d doctor) clock(ctx context.Context) []finding {
	if d.s.Database != "" {
		db, err := openStore(ctx, &d.s, false)
		if err != nil {
			return nil // said already
		}
		at, ok, err := db.Clock(ctx)
		_ = db.Close()
		if off := at.Sub(d.now()).Abs(); err == nil && ok && off > clockOff {
			return found("clock", failing, "clock-off", text.Data{"Off": off.Round(time.Second).String()})
		}
	}
	if kept, known := d.synchronized(); known && !kept {
		return found("clock", warning, "clock-loose", nil)
	}
	return found("clock", healthy, "clock", nil)
}

func (d doctor) disk(context.Context) []finding {
	dir := d.s.Data
	for _, err := os.Stat(dir); err != nil && dir != filepath.Dir(dir); _, err = os.Stat(dir) {
		dir = filepath.Dir(dir)
	}
	free, ok := d.free(dir)
	switch {
	case !ok:
		return nil
	case free < diskLow:
		return found("disk", warning, "disk-low", text.Data{"MiB": free / mebibyte})
	}
	return found("disk", healthy, "disk", text.Data{"MiB": free / mebibyte})
}

// certificate looks at the server's own certificate, where it is in a file.
func (d doctor) certificate(context.Context) []finding {
	t := d.s.TLS
	if d.s.acmeShared() {
		return found("tls", warning, "tls-acme", nil)
	}
	if t.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err == nil && pair.Leaf == nil {
		pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0])
	}
	if err != nil {
		return stumbled("tls", refuseFor("tls-read", err, text.Data{"Cert": t.CertFile, "Key": t.KeyFile}))
	}
	ends := text.Data{"Until": pair.Leaf.NotAfter.UTC().Format(time.RFC3339)}
	left := pair.Leaf.NotAfter.Sub(d.now())
	if u, err := url.Parse(d.s.Origin); err == nil && d.s.Origin != "" && pair.Leaf.VerifyHostname(u.Hostname()) != nil {
		return found("tls", failing, "tls-name", text.Data{"Origin": d.s.Origin})
	}
	switch {
	case left <= 0:
		return found("tls", failing, "tls-over", ends)
	case left < certificateSoon:
		return found("tls", warning, "tls-soon", ends)
	}
	return found("tls", healthy, "tls", ends)
}

// parts is a daemon that makes senders and nothing else.
func (d doctor) parts() *Daemon {
	origin := strings.TrimRight(d.s.Origin, "/")
	if origin == "" {
		origin = "http://" + d.s.Listen
	}
	return &Daemon{settings: d.s, origin: origin}
}

// relays connects to every mail relay, signs in and says good-bye.
func (d doctor) relays(ctx context.Context) []finding {
	if d.s.SMTP.URL == "" {
		return found("mail", warning, "mail-none", nil)
	}
	parts := d.parts()
	relays, err := parts.makeRelays()
	if err != nil {
		return stumbled("mail", err)
	}
	var out []finding
	for i, r := range relays {
		data := text.Data{"Number": i + 1}
		p := r.Probe(ctx)
		_ = r.Close()
		switch {
		case p.Trouble != "":
			data["Why"] = p.Trouble
			out = append(out, found("mail", failing, "mail-refuses", data)...)
		case !p.Encrypted:
			out = append(out, found("mail", warning, "mail-plain", data)...)
		default:
			out = append(out, found("mail", healthy, "mail", data)...)
		}
	}
	return out
}

// dkim compares the published key with ours, or says what to publish.
func (d doctor) dkim(ctx context.Context) []finding {
	parts := d.parts()
	signer, err := d.s.SMTP.DKIM.signer(parts.sender())
	if err != nil {
		return stumbled("dkim", err)
	}
	if signer == nil {
		return nil
	}
	data := text.Data{"Name": signer.Name(), "Record": signer.Record()}
	records, _ := d.txt(ctx, signer.Name()) // no answer is no record
	if signer.Matches(records) != nil {
		return found("dkim", warning, "dkim-missing", data)
	}
	return found("dkim", healthy, "dkim", data)
}

// keys looks at whom the last change of the signing keys was announced for: computers
// follow it only where that is the address that they have.
func (d doctor) keys(ctx context.Context) []finding {
	if d.s.Origin == "" || d.s.masterThere() != nil || d.s.builtInThere() != nil {
		return nil
	}
	var k server.KeyStatus
	err := withService(d.s, func(v *server.Service) (err error) { k, err = v.KeyStatus(ctx); return err })
	if err != nil || k.SigningChanged == 0 {
		return nil // said already, or nothing to say
	}
	data := text.Data{"Time": stamp(k.SigningChanged), "Origin": k.SigningFor}
	if k.SigningFor != strings.TrimRight(d.s.Origin, "/") {
		return found("keys", warning, "keys-origin", data)
	}
	return found("keys", healthy, "keys", data)
}

func (d doctor) backups(ctx context.Context) []finding {
	if d.s.masterThere() != nil || d.s.builtInThere() != nil {
		return nil
	}
	db, err := openStore(ctx, &d.s, false)
	if err != nil {
		return nil // said already
	}
	var last int64
	var changed int64
	err = db.Read(ctx, func(tx server.Tx) error {
		changes, err := tx.IssuerChanges()
		if len(changes) > 0 {
			changed = changes[len(changes)-1].At
		}
		if err == nil {
			last, err = tx.Fact(factBackup)
		}
		return err
	})
	_ = db.Close()
	data := text.Data{"Time": stamp(last)}
	switch {
	case err != nil || last == 0:
		return found("backup", warning, "backup-none", nil)
	case last < changed:
		return found("backup", warning, "backup-keys", text.Data{"Time": stamp(changed)})
	case d.now().Sub(time.Unix(last, 0)) > backupOld:
		return found("backup", warning, "backup-old", data)
	}
	return found("backup", healthy, "backup", data)
}
