package delivertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority is a certificate for this machine (127.0.0.1, ::1, localhost) that
// vouches for itself, valid for a day.
type Authority struct {
	Pool *x509.CertPool  // trusts it
	Pair tls.Certificate // for a server in this process
	// CertFile and KeyFile are PEM files; CertFile is also the file to trust.
	CertFile, KeyFile string
}

// NewAuthority makes a certificate in a folder of the test's.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail relay of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	fatal(t, err)
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	fatal(t, err)
	dir := t.TempDir()
	a := &Authority{Pool: x509.NewCertPool(), CertFile: filepath.Join(dir, "relay.crt"), KeyFile: filepath.Join(dir, "relay.key")}
	fatal(t, writePEM(a.CertFile, "CERTIFICATE", der))
	fatal(t, writePEM(a.KeyFile, "PRIVATE KEY", rawKey))
	a.Pair, err = tls.LoadX509KeyPair(a.CertFile, a.KeyFile)
	fatal(t, err)
	leaf, err := x509.ParseCertificate(der)
	fatal(t, err)
	a.Pool.AddCert(leaf)
	return a
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
