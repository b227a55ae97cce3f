package sign

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"
)

// FuzzFields: the two fields are accepted just where a library for structured fields
// (RFC 9651) reads the profile's values in them and writes the same text for those.
func FuzzFields(f *testing.F) {
	id := strings.Repeat("A", 43)
	for _, params := range []string{
		";created=1", ";created=-1", ";created=01", ";created=1.0", `;created="1"`, ";created=999999999999999", ";created=1000000000000000", "",
	} {
		f.Add("hf="+bare.list+params+beforeNonce+id[:22]+beforeKeyID+id+afterKeyID, "hf=:"+strings.Repeat("A", 86)+"==:")
	}
	f.Add("hf="+loaded.list+";created=1"+beforeNonce+id[:22]+beforeKeyID+id+afterKeyID+";x", "hf=:"+strings.Repeat("A", 85)+"B==:;x")
	f.Add(`hf=("@method");created=1, hf=()`, `hf="A", hf=:AAAA:`)
	f.Fuzz(func(t *testing.T, input, signature string) {
		h := http.Header{HeaderInput: {input}, HeaderSignature: {signature}}
		for _, c := range []coverage{bare, loaded} {
			p, params, err := parseInput(h, c)
			want := structuredInput(h, c)
			if (err == nil) != want || (want && beforeInput+params != input) || (want && !strings.Contains(input, p.KeyID+`"`)) {
				t.Errorf("%q: %v %+v, want %v", input, err, p, want)
			}
		}
		sig, err := parseSignature(h)
		if want := structuredSignature(h); string(sig) != string(want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %x %v, want %x", signature, sig, err, want)
		}
	})
}

func structuredInput(h http.Header, c coverage) bool {
	raw, list := structured[httpsfv.InnerList](h, HeaderInput)
	if raw == "" || list.Params == nil {
		return false
	}
	created, _ := list.Params.Get("created")
	nonce, _ := list.Params.Get("nonce")
	keyid, _ := list.Params.Get("keyid")
	_, okC := created.(int64)
	n, _ := nonce.(string)
	k, _ := keyid.(string)
	_, okN := decode(n, nonceBytes)
	_, okK := decode(k, 32)
	if !okC || !okN || !okK {
		return false
	}
	p := httpsfv.NewParams()
	p.Add("created", created)
	p.Add("nonce", n)
	p.Add("keyid", k)
	p.Add("alg", algorithm)
	p.Add("tag", Tag)
	want := httpsfv.InnerList{Params: p}
	for _, name := range c.names {
		want.Items = append(want.Items, httpsfv.NewItem(name))
	}
	return written(want) == raw
}

func structuredSignature(h http.Header) []byte {
	raw, item := structured[httpsfv.Item](h, HeaderSignature)
	if sig, ok := item.Value.([]byte); ok && len(sig) == 64 && written(httpsfv.NewItem(sig)) == raw {
		return sig
	}
	return nil
}

// structured reads the profile's member of a dictionary.
func structured[M httpsfv.Member](h http.Header, name string) (raw string, m M) {
	raw, err := single(h, name)
	if err != nil {
		return "", m
	}
	d, err := httpsfv.UnmarshalDictionary([]string{raw})
	if err != nil {
		return "", m
	}
	got, _ := d.Get(label)
	m, ok := got.(M)
	if !ok {
		return "", m
	}
	return raw, m
}

// written is a dictionary of the one member; empty where that cannot be written.
func written(m httpsfv.Member) string {
	d := httpsfv.NewDictionary()
	d.Add(label, m)
	s, _ := httpsfv.Marshal(d)
	return s
}
