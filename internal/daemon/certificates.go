package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// certificateLook is how often at most the certificate's files are looked at.
const certificateLook = 10 * time.Second

// certFiles serve a certificate from two files, and take a new one when they change.
// One that cannot be used is left aside, and the one before stays.
type certFiles struct {
	files TLS
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	looked time.Time
	stamp  [2]fileStamp
	cert   *tls.Certificate
}

// fileStamp tells one state of a file from another.
type fileStamp struct {
	size int64
	time time.Time
}

// newCertFiles reads the files; here an error is one.
func newCertFiles(files TLS, now func() time.Time, log *slog.Logger) (*certFiles, error) {
	c := &certFiles{files: files, now: now, log: log, looked: now()}
	c.stamp = c.stamps()
	return c, c.load()
}

func (c *certFiles) stamps() (out [2]fileStamp) {
	for i, name := range []string{c.files.CertFile, c.files.KeyFile} {
		if info, err := os.Stat(name); err == nil {
			out[i] = fileStamp{info.Size(), info.ModTime()}
		}
	}
	return out
}

func (c *certFiles) load() error {
	cert, err := tls.LoadX509KeyPair(c.files.CertFile, c.files.KeyFile)
	if err == nil && cert.Leaf == nil {
		cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0])
	}
	if err != nil {
		return refuseFor("tls-read", err, text.Data{"Cert": c.files.CertFile, "Key": c.files.KeyFile})
	}
	c.cert = &cert
	return nil
}

// get is a tls.Config.GetCertificate.
func (c *certFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= certificateLook {
		c.looked = now
		// Of two files that are written one after the other only both together fit, so a
		// state that cannot be used is looked at again.
		if stamp := c.stamps(); stamp != c.stamp {
			if err := c.load(); err != nil {
				c.log.Warn("the changed certificate cannot be used; the one before stays", slog.String("cause", err.Error()))
			} else {
				c.stamp = stamp
				c.log.Info("a new certificate was taken", slog.Time("until", c.cert.Leaf.NotAfter))
			}
		}
	}
	return c.cert, nil
}

func (c *certFiles) end() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cert.Leaf.NotAfter
}

// tlsConfig gives the listener's TLS, nil for none.
func (d *Daemon) tlsConfig(o Options) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	t := d.settings.TLS
	switch {
	case t.CertFile != "":
		files, err := newCertFiles(t, o.Now, o.Log)
		if err != nil {
			return nil, err
		}
		conf.GetCertificate, d.certificateEnd = files.get, files.end
	case t.ACME.AcceptTerms:
		manager, err := acmeManager(&d.settings)
		if err != nil {
			return nil, err
		}
		end := &lastEnd{}
		conf.GetCertificate = end.of(manager.GetCertificate)
		conf.NextProtos = append(conf.NextProtos, acme.ALPNProto)
		d.certificateEnd = end.get
	default:
		return nil, nil
	}
	return conf, nil
}

// acmeManager gets certificates for the origin's host by the challenge TLS-ALPN-01
// (RFC 8737), and keeps them with the account's key in the data folder.
func acmeManager(s *Settings) (*autocert.Manager, error) {
	u, err := url.Parse(s.Origin)
	if err != nil {
		return nil, err
	}
	client := &acme.Client{DirectoryURL: s.TLS.ACME.Directory, UserAgent: "holdfastd"}
	if client.DirectoryURL == "" {
		client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	cas, err := authorities(s.TLS.ACME.CAFile)
	if err != nil {
		return nil, err
	}
	if cas != nil {
		client.HTTPClient = &http.Client{Timeout: time.Minute, Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: cas, MinVersion: tls.VersionTLS12},
		}}
	}
	return &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(filepath.Join(s.Data, "acme")),
		HostPolicy: autocert.HostWhitelist(u.Hostname()), Email: s.TLS.ACME.Email, Client: client,
	}, nil
}

// lastEnd remembers when the certificate that was given out last ends.
type lastEnd struct {
	mu sync.Mutex
	at time.Time
}

func (l *lastEnd) of(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		cert, err := get(h)
		if err == nil && cert.Leaf != nil && !forChallenge(h) {
			l.mu.Lock()
			l.at = cert.Leaf.NotAfter
			l.mu.Unlock()
		}
		return cert, err
	}
}

func forChallenge(h *tls.ClientHelloInfo) bool {
	return len(h.SupportedProtos) == 1 && h.SupportedProtos[0] == acme.ALPNProto
}

func (l *lastEnd) get() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// warmUp asks for the certificate before the first caller does.
func (d *Daemon) warmUp(ctx context.Context, conf *tls.Config) {
	u, err := url.Parse(d.origin)
	if err != nil || conf == nil || !d.settings.TLS.ACME.AcceptTerms {
		return
	}
	// As callers do, it knows ECDSA: of another kind of key there would be a second
	// certificate, and its challenge would be in the way of the first one's.
	hello := &tls.ClientHelloInfo{
		ServerName: u.Hostname(), SupportedProtos: []string{"http/1.1"}, SupportedVersions: []uint16{tls.VersionTLS13},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	}
	if _, err := conf.GetCertificate(hello); err != nil && ctx.Err() == nil {
		d.log.Warn("no certificate yet", slog.String("cause", err.Error()))
	}
}
