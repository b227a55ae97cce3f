package daemon

import (
	"crypto/tls"
	"os"
	"strings"
	"testing"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// shown is the certificate that a server shows to a caller.
func shown(t *testing.T, address string) []byte {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].Raw
}

// TestANewCertificateIsTakenWithoutARestart: once both files fit, and not before; a
// broken one leaves the one before in service.
func TestANewCertificateIsTakenWithoutARestart(t *testing.T) {
	certFile, keyFile := certificate(t)
	r := start(t, func(o *Options) {
		o.Settings.TLS = TLS{CertFile: certFile, KeyFile: keyFile}
		o.Settings.Metrics.Listen = "127.0.0.1:0"
	})
	first := shown(t, r.Addr())
	newCert, newKey := certificate(t)
	renew := func(from, to string) {
		t.Helper()
		raw, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		r.clock.Move(certificateLook)
	}
	renew(newCert, certFile) // its key is not there yet
	if string(shown(t, r.Addr())) != string(first) {
		t.Error("half of a new certificate was taken")
	}
	renew(newKey, keyFile)
	second := shown(t, r.Addr())
	if string(second) == string(first) {
		t.Error("the new certificate was not taken")
	}
	if err := os.WriteFile(certFile, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.clock.Move(certificateLook)
	if string(shown(t, r.Addr())) != string(second) {
		t.Error("a broken file was taken")
	}
	if log := r.log.String(); !strings.Contains(log, "a new certificate was taken") || !strings.Contains(log, "cannot be used") {
		t.Errorf("log: %s", log)
	}
	_, figures := get(t, "http://"+r.MetricsAddr()+MetricsPath)
	if !strings.Contains(string(figures), "holdfast_certificate_end_timestamp_seconds 1.") && !strings.Contains(string(figures), "holdfast_certificate_end_timestamp_seconds 2.") {
		t.Error("the figures do not say when it ends")
	}
}

func TestProxiesAndACMEAreChecked(t *testing.T) {
	good := Settings{Listen: ":443", Origin: "https://keys.example.org", TLS: TLS{ACME: ACME{AcceptTerms: true}}}
	with := func(change func(*Settings)) Settings { s := good; change(&s); return s }
	for name, c := range map[string]struct {
		s    Settings
		want string
	}{
		"acme":                     {good, ""},
		"acme, no origin":          {with(func(s *Settings) { s.Origin = "" }), "acme"},
		"acme for an address":      {with(func(s *Settings) { s.Origin = "https://192.0.2.1" }), "acme"},
		"acme for this computer":   {with(func(s *Settings) { s.Origin = "https://localhost" }), "acme"},
		"acme and files":           {with(func(s *Settings) { s.TLS.CertFile, s.TLS.KeyFile = "a", "b" }), "acme"},
		"acme behind a proxy":      {with(func(s *Settings) { s.BehindProxy, s.TrustedProxies = true, []string{"192.0.2.7"} }), "acme"},
		"a plain directory":        {with(func(s *Settings) { s.TLS.ACME.Directory = "http://ca.example.org" }), "value"},
		"proxies alone":            {Settings{Listen: DefaultListen, TrustedProxies: []string{"192.0.2.7"}}, "proxies-alone"},
		"proxy here":               {Settings{Listen: DefaultListen, BehindProxy: true}, ""},
		"proxy elsewhere, unnamed": {Settings{Listen: "10.0.0.5:80", BehindProxy: true}, "proxies-missing"},
		"proxy elsewhere":          {Settings{Listen: "10.0.0.5:80", BehindProxy: true, TrustedProxies: []string{"10.0.0.7", "fd00::/8"}}, ""},
		"everybody a proxy":        {Settings{Listen: DefaultListen, BehindProxy: true, TrustedProxies: []string{"0.0.0.0/0"}}, "value"},
		"a name":                   {Settings{Listen: DefaultListen, BehindProxy: true, TrustedProxies: []string{"proxy.example.org"}}, "value"},
	} {
		err := c.s.checkTLS()
		if (c.want == "") != (err == nil) || c.want != "" && !isRefusal(err, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	s := Settings{BehindProxy: true, TrustedProxies: []string{"10.0.0.7", "10.1.2.3/16"}}
	list, err := s.proxies()
	if err != nil || len(list) != 2 || list[0].Bits() != 32 || list[1].String() != "10.1.0.0/16" {
		t.Errorf("%v %v", list, err)
	}
	for _, key := range []string{"proxies-alone", "acme"} {
		if words := refuse(key, text.Data{}).Error(); strings.Contains(words, "<") {
			t.Error(words)
		}
	}
}
