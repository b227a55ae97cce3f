package sign

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Names of the header fields that carry a signature.
const (
	HeaderInput       = "Signature-Input"
	HeaderSignature   = "Signature"
	HeaderDigest      = "Content-Digest"
	HeaderIdempotency = "Idempotency-Key"
	headerContentType = "Content-Type"
)

// Tag is the application tag of the profile (RFC 9421, section 2.3).
const Tag = "holdfast-v1"

const (
	label     = "hf"
	algorithm = "ecdsa-p256-sha256"
)

// coverage is a list of components, and how it is written.
type coverage struct {
	names []string
	list  string
}

func covers(names ...string) coverage {
	return coverage{names, `("` + strings.Join(names, `" "`) + `")`}
}

var (
	bare   = covers("@method", "@authority", "@path", "@query")
	loaded = covers("@method", "@authority", "@path", "@query", "content-type", "content-digest", "idempotency-key")

	errComponent = errors.New("a covered component is missing or there twice")
)

// components are the covered components of a request, by whether it has a body.
func components(body []byte) coverage {
	if len(body) == 0 {
		return bare
	}
	return loaded
}

// Parts of what is written around the parameters' values.
const (
	beforeCreated = ";created="
	beforeNonce   = `;nonce="`
	beforeKeyID   = `";keyid="`
	afterKeyID    = `";alg="` + algorithm + `";tag="` + Tag + `"`
)

// signatureParams writes the covered components and the parameters of the
// profile as RFC 9421, section 2.3 wants: an inner list of structured fields. Nonce and
// keyid are base64url, of which nothing needs escaping.
func signatureParams(c coverage, created int64, nonce, keyid string) string {
	b := make([]byte, 0, 256)
	b = append(append(b, c.list...), beforeCreated...)
	b = strconv.AppendInt(b, created, 10)
	b = append(append(b, beforeNonce...), nonce...)
	b = append(append(b, beforeKeyID...), keyid...)
	return string(append(b, afterKeyID...))
}

// signatureBase builds the signature base of RFC 9421, section 2.5, which ends in params.
func signatureBase(names []string, params string, value func(name string) (string, error)) ([]byte, error) {
	b := make([]byte, 0, 1024)
	for _, name := range names {
		v, err := value(name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, '"'), name...), `": `...)
		b = append(append(b, v...), '\n')
	}
	b = append(b, `"@signature-params": `...)
	return append(b, params...), nil
}

// requestValue gives the value of one component of a request (RFC 9421,
// sections 2.1 and 2.2). The authority is the caller's, not the request's.
func requestValue(r *http.Request, authority string) func(string) (string, error) {
	return func(name string) (string, error) {
		switch name {
		case "@method":
			return r.Method, nil
		case "@authority":
			return authority, nil
		case "@path":
			if p := r.URL.EscapedPath(); p != "" {
				return p, nil
			}
			return "/", nil
		case "@query":
			return "?" + r.URL.RawQuery, nil
		case "content-digest":
			name = HeaderDigest // the spelling that the header has
		case "idempotency-key":
			name = HeaderIdempotency
		}
		return single(r.Header, name)
	}
}

// single gives the value of a header field that is there exactly once, is not
// empty and holds no line break or other control character.
func single(h http.Header, name string) (string, error) {
	values := h.Values(name)
	if len(values) != 1 || values[0] == "" || strings.TrimSpace(values[0]) != values[0] {
		return "", errComponent
	}
	for i := range len(values[0]) {
		if c := values[0][i]; c < ' ' || c > '~' {
			return "", errComponent
		}
	}
	return values[0], nil
}

// Digest is the Content-Digest of a body (RFC 9530): SHA-256 and nothing else.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return digestOf(&sum)
}

func digestOf(sum *[sha256.Size]byte) string {
	b := make([]byte, 0, 64)
	b = base64.StdEncoding.AppendEncode(append(b, "sha-256=:"...), sum[:])
	return string(append(b, ':'))
}

// Authority gives the @authority of an origin such as
// "https://keys.example.org:443": host in lower case, the scheme's default port
// left out (RFC 9421, section 2.2.3). An origin is scheme, host and port alone.
func Authority(origin string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("not an origin: want http(s)://host[:port]")
	}
	host := strings.ToLower(u.Host)
	if (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80") {
		host = strings.TrimSuffix(host, ":"+u.Port())
	}
	return strings.TrimSuffix(host, ":"), nil
}
