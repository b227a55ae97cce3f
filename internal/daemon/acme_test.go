package daemon

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// acmeHost is a name that only the test's own DNS knows.
const acmeHost = "keys.example.test"

// authority is Pebble, the test authority that the makers of Let's Encrypt's Boulder
// give away, in this process: it checks real challenges and signs real certificates.
type authority struct {
	url, caFile string
	roots       *x509.CertPool
	orders      atomic.Int64
}

// freePort is a port that nobody listens on at this moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// startAuthority starts Pebble with a DNS server that answers 127.0.0.1 to everything;
// it looks for challenges at tlsPort.
func startAuthority(t *testing.T, tlsPort int) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	dns := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	names, err := challtestsrv.New(challtestsrv.Config{DNSAddrs: []string{dns}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	names.SetDefaultDNSIPv6("")
	go names.Run()
	t.Cleanup(names.Shutdown)
	memory := db.NewMemoryStore()
	signer := ca.New(quiet, memory, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {}})
	front := wfe.New(quiet, memory, va.New(quiet, 1, tlsPort, true, dns, memory), signer, []string{"pebble.example.test"}, true, false, 0, 0)
	a := &authority{roots: x509.NewCertPool()}
	a.roots.AddCert(signer.GetRootCert(0).Cert)
	certFile, keyFile := certificate(t)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	handler := front.Handler()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/order-plz") {
			a.orders.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = quiet
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(s.Close)
	a.url, a.caFile = s.URL+wfe.DirectoryPath, certFile
	return a
}

// TestACertificateIsGotFromAnAuthority: the server proves its name to Pebble, serves
// what it was given, keeps it over a restart, and asks for no other name.
func TestACertificateIsGotFromAnAuthority(t *testing.T) {
	port := freePort(t)
	a := startAuthority(t, port)
	data := t.TempDir()
	serve := func() *running {
		return start(t, func(o *Options) {
			o.Settings.Listen, o.Settings.Data = fmt.Sprintf("127.0.0.1:%d", port), data
			o.Settings.Origin = fmt.Sprintf("https://%s:%d", acmeHost, port)
			o.Settings.TLS.ACME = ACME{AcceptTerms: true, Directory: a.url, CAFile: a.caFile, Email: "keys@example.org"}
		})
	}
	dial := func(name string) (*x509.Certificate, error) {
		dialer := &net.Dialer{Timeout: 20 * time.Second}
		conn, err := tls.DialWithDialer(dialer, "tcp", fmt.Sprintf("127.0.0.1:%d", port), &tls.Config{ServerName: name, RootCAs: a.roots})
		if err != nil {
			return nil, err
		}
		defer func() { _ = conn.Close() }()
		return conn.ConnectionState().PeerCertificates[0], nil
	}
	r := serve()
	first, err := dial(acmeHost)
	if err != nil {
		t.Fatalf("no certificate: %v\n%s", err, r.log.String())
	}
	if end := r.certificateEnd(); !end.Equal(first.NotAfter) {
		t.Errorf("the figures would say %v, it ends at %v", end, first.NotAfter)
	}
	if _, err := dial("other.example.test"); err == nil {
		t.Error("a certificate for another name")
	}
	r.stop()
	before := a.orders.Load()
	serve()
	again, err := dial(acmeHost)
	if err != nil || again.SerialNumber.Cmp(first.SerialNumber) != 0 || before == 0 || a.orders.Load() != before {
		t.Errorf("after a restart: %v, %d orders, then %d", err, before, a.orders.Load())
	}
	kept, err := filepath.Glob(filepath.Join(data, "acme", "*"))
	if err != nil || len(kept) < 2 {
		t.Errorf("kept %v %v", kept, err)
	}
	for _, file := range kept {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others", file)
		}
	}
}
