package sign

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/dunglas/httpsfv"
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

var (
	bare   = []string{"@method", "@authority", "@path", "@query"}
	loaded = append(append([]string{}, bare...), "content-type", "content-digest", "idempotency-key")

	errComponent = errors.New("a covered component is missing or there twice")
)

// components are the covered components of a request, by whether it has a body.
func components(body []byte) []string {
	if len(body) == 0 {
		return bare
	}
	return loaded
}

// signatureParams writes the covered components and the parameters of the
// profile as RFC 9421, section 2.3 wants: an inner list of structured fields.
func signatureParams(names []string, created int64, nonce, keyid string) (httpsfv.InnerList, error) {
	p := httpsfv.NewParams()
	p.Add("created", created)
	p.Add("nonce", nonce)
	p.Add("keyid", keyid)
	p.Add("alg", algorithm)
	p.Add("tag", Tag)
	list := httpsfv.InnerList{Params: p}
	for _, n := range names {
		list.Items = append(list.Items, httpsfv.NewItem(n))
	}
	// Marshalling once here finds a value that no structured field can hold.
	_, err := httpsfv.Marshal(list)
	return list, err
}

// signatureBase builds the signature base of RFC 9421, section 2.5.
func signatureBase(list httpsfv.InnerList, value func(name string) (string, error)) ([]byte, error) {
	var b strings.Builder
	for _, item := range list.Items {
		name, ok := item.Value.(string)
		if !ok {
			return nil, errComponent
		}
		v, err := value(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q: %s\n", name, v)
	}
	params, err := httpsfv.Marshal(list)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "%q: %s", "@signature-params", params)
	return []byte(b.String()), nil
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
	d := httpsfv.NewDictionary()
	d.Add("sha-256", httpsfv.NewItem(sum[:]))
	s, err := httpsfv.Marshal(d)
	if err != nil {
		panic(err) // a fixed key and bytes always marshal
	}
	return s
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
