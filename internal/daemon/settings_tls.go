package daemon

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// TLS names the server's certificate and key, both PEM, or says to get one.
type TLS struct {
	CertFile string `json:"cert_file"`
	KeyFile  string `json:"key_file"`
	ACME     ACME   `json:"acme"`
}

// ACME is how a certificate is got from an authority (RFC 8555).
type ACME struct {
	// AcceptTerms switches it on, and says that the operator accepts the authority's
	// terms.
	AcceptTerms bool `json:"accept_terms"`
	// Directory is the authority's address; empty means Let's Encrypt.
	Directory string `json:"directory"`
	// Email is told to the authority; may be empty.
	Email string `json:"email"`
	// CAFile holds certificates (PEM) of those who vouch for the directory; empty
	// means the system's.
	CAFile string `json:"ca_file"`
}

// on says whether this server speaks HTTPS itself.
func (t TLS) on() bool { return t.CertFile != "" || t.ACME.AcceptTerms }

func tlsBlock() block {
	return block{title: "TLS and proxies", check: (*Settings).checkTLS, keys: []Key{
		{Name: "tls.cert_file", Meaning: "This server's certificate with its chain, PEM. A changed file is taken within ten seconds, without a restart; one that cannot be used is left aside."},
		{Name: "tls.key_file", Meaning: "Its key, PEM."},
		{Name: "tls.acme.accept_terms", Default: "`false`", Meaning: "`true` gets the certificate for the origin's host from an authority, by ACME, and says that you accept its terms. " +
			"The authority connects to port 443 of that host (TLS-ALPN-01), which must lead to `listen`. For one machine; several behind one name share a certificate by file, or stand behind a proxy."},
		{Name: "tls.acme.directory", Default: "Let's Encrypt", Meaning: "The authority's ACME directory, an https address."},
		{Name: "tls.acme.email", Meaning: "Where the authority may write to."},
		{Name: "tls.acme.ca_file", Default: "the system's", Meaning: "Certificates (PEM) of whoever vouches for the directory itself, for an authority of your own."},
		{Name: "behind_proxy", Default: "`false`", Meaning: "`true` where a proxy of yours in front speaks HTTPS. The proxy must append the caller's address to `X-Forwarded-For`. " +
			"The authority that requests are signed for is `origin`, whatever the proxy says."},
		{Name: "trusted_proxies", Default: "this computer", Meaning: "Addresses (`10.0.0.7`) and networks (`10.1.0.0/16`) of those proxies. `X-Forwarded-For` is read from its end; the first address that is none of these is the caller's. " +
			"From anybody else the field is ignored. Only with `behind_proxy`, and needed there unless the proxy is on this computer."},
	}}
}

// proxies are the networks whose X-Forwarded-For counts.
func (s *Settings) proxies() ([]netip.Prefix, error) {
	if !s.BehindProxy {
		return nil, nil
	}
	list := s.TrustedProxies
	if len(list) == 0 {
		list = []string{"127.0.0.0/8", "::1/128"}
	}
	var out []netip.Prefix
	for _, one := range list {
		if ip, err := netip.ParseAddr(one); err == nil {
			out = append(out, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(one)
		if err != nil || p.Bits() == 0 { // everybody is no proxy
			return nil, refuse("value", text.Data{"Key": "trusted_proxies"})
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// acmeShared says that a certificate comes by ACME while others may serve the same
// database: each machine would get one of its own, and the authority reaches one.
func (s *Settings) acmeShared() bool { return s.TLS.ACME.AcceptTerms && s.Database != "" }

func (s *Settings) checkTLS() error {
	if _, err := s.proxies(); err != nil {
		return err
	}
	if len(s.TrustedProxies) > 0 && !s.BehindProxy {
		return refuse("proxies-alone", nil)
	}
	if s.BehindProxy && len(s.TrustedProxies) == 0 && !loopbackListen(s.Listen) {
		return refuse("proxies-missing", text.Data{"Listen": s.Listen})
	}
	a := s.TLS.ACME
	if !a.AcceptTerms {
		return nil
	}
	u, err := url.Parse(s.Origin)
	_, isAddress := netip.ParseAddr(hostOf(u))
	if err != nil || s.TLS.CertFile != "" || s.BehindProxy || u.Scheme != "https" || isAddress == nil || !strings.Contains(u.Hostname(), ".") {
		return refuse("acme", nil)
	}
	if a.Directory != "" && !strings.HasPrefix(a.Directory, "https://") {
		return refuse("value", text.Data{"Key": "tls.acme.directory"})
	}
	return nil
}

func hostOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Hostname()
}
