package fingerprint

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"howett.net/plist"
)

// binaryList makes a binary property list of objects with one-byte references
// and two-byte offsets; the first object is the top.
func binaryList(objects ...string) []byte {
	b := []byte("bplist00")
	var offsets []byte
	for _, o := range objects {
		offsets = binary.BigEndian.AppendUint16(offsets, uint16(len(b)))
		b = append(b, o...)
	}
	table := len(b)
	b = append(b, offsets...)
	t := make([]byte, 32)
	t[6], t[7] = 2, 1
	binary.BigEndian.PutUint64(t[8:], uint64(len(objects)))
	binary.BigEndian.PutUint64(t[24:], uint64(table))
	return append(b, t...)
}

// bomb refers twice to an object that refers twice to one that …
func bomb(levels int) []byte {
	var objects []string
	for i := range levels {
		objects = append(objects, string([]byte{0xa2, byte(i + 1), byte(i + 1)}))
	}
	return binaryList(append(objects, "\x51x")...)
}

func TestHostilePropertyLists(t *testing.T) {
	deep := strings.Repeat("<array>", 200_000)
	for name, b := range map[string][]byte{
		"deep XML":                []byte(deep),
		"deep, closed in comment": []byte(strings.Repeat("<array><!-- </array> -->", 1000)),
		"deep, closed in CDATA":   []byte(strings.Repeat("<array><![CDATA[</array>]]>", 1000)),
		"deep, closed in a quote": []byte(strings.Repeat(`<array x="></array>">`, 1000)),
		"hidden by two quotes":    []byte(strings.Repeat(`<array x="'" y='></array>'>`, 1000)),
		"hidden in the top":       []byte(strings.Repeat(`<plist x="'" y='></plist>'>`, 1000)),
		"an empty tag":            []byte("<>"),
		"a document type's":       []byte(`<!DOCTYPE plist [ <!ENTITY a "b"> ]><plist/>`),
		"wide XML":                []byte("<plist><array>" + strings.Repeat("<true/>", 2*plistNodes) + "</array></plist>"),
		"no end":                  []byte("<plist"),
		"plain text":              []byte(strings.Repeat("(", 100_000)),
		"nothing":                 nil,
		"a binary bomb":           bomb(40),
		"deep binary":             bomb(100),
		"a circle":                binaryList("\xa1\x00"),
		"a count of gigabytes":    binaryList("\xaf\x13\xff\xff\xff\xff\xff\xff\xff\xff"),
		"a text of gigabytes":     binaryList("\x5f\x13\x00\x00\x00\xff\xff\xff\xff\xff"),
		"a wide text's overflow":  binaryList("\x6f\x13\x80\x00\x00\x00\x00\x00\x00\x01"),
		"a wrong reference":       binaryList("\xa1\x09"),
		"cut":                     binaryList("\x51x")[:30],
		"only a trailer":          []byte("bplist00" + strings.Repeat("\x00", 40)),
		"references of no bytes":  func() []byte { b := binaryList("\xa1\x00"); b[len(b)-25] = 0; return b }(),
		"a number as a key":       binaryList("\xd1\x01\x01", "\x10\x01"),
	} {
		start := time.Now()
		var v any
		if err := decodePlist(b, &v); err == nil {
			t.Errorf("%s: read as %.40v", name, v)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if _, err := parseRegistry(b); err == nil && len(b) > 0 {
			t.Errorf("%s: a registry", name)
		}
	}
}

func TestPropertyLists(t *testing.T) {
	want := map[string]any{"a": "text", "n": uint64(7), "l": []any{true, []byte{1, 2}}, "u": "ü"}
	for _, format := range []int{plist.XMLFormat, plist.BinaryFormat} {
		b, err := plist.Marshal(want, format)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := decodePlist(b, &got); err != nil || got["a"] != "text" || got["n"] != uint64(7) || got["u"] != "ü" || !bytes.Equal(got["l"].([]any)[1].([]byte), []byte{1, 2}) {
			t.Errorf("format %d: %v, %v", format, got, err)
		}
	}
	var v any
	if err := decodePlist([]byte("\xef\xbb\xbf <?xml version=\"1.0\"?>\n<!-- x --><plist><string>a</string></plist>"), &v); err != nil || v != "a" {
		t.Errorf("%v, %v", v, err)
	}
	if got := string(binaryList("\x51x")); len(got) != 8+2+2+32 {
		t.Error("the maker of test lists is wrong")
	}
	if err := decodePlist(binaryList("\xa2\x01\x01", "\x51x"), &v); err != nil {
		t.Errorf("a shared text: %v", err)
	}
}

// FuzzPropertyLists: no input makes the parser panic, and what is read has no
// more values than the bounds say.
func FuzzPropertyLists(f *testing.F) {
	f.Add([]byte("<plist version=\"1.0\"><array><dict><key>IORegistryEntryChildren</key><array><dict/></array></dict></array></plist>"))
	f.Add(binaryList("\xd1\x01\x02", "\x51a", "\xa1\x01"))
	f.Add(bomb(20))
	f.Add([]byte("bplist00" + strings.Repeat("\xff", 60)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		var v any
		if decodePlist(b, &v) == nil && count(v) > 4*plistNodes {
			t.Errorf("%d values of %d bytes", count(v), len(b))
		}
		list, err := parseRegistry(b)
		if err != nil {
			return
		}
		named(list, "x")
		for _, e := range list {
			for k := range e.props {
				e.text(k)
				e.number(k)
				e.yes(k)
				nulTexts(e.bytes(k))
				e.inner(k)
			}
		}
	})
}

func count(v any) int {
	n := 1
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			n += count(x)
		}
	case map[string]any:
		for _, x := range v {
			n += count(x)
		}
	}
	return n
}

func TestVolumeNames(t *testing.T) {
	for device, want := range map[string]string{
		"/dev/disk3s5": "disk3s5", "/dev/disk3s1s1": "disk3s1", "/dev/disk12s10s2": "disk12s10", "disk0": "disk0", "": ".", "map -hosts": "map -hosts", "//user@server/share": "share",
	} {
		if got := volumeName(device); got != want {
			t.Errorf("%q: %q, want %q", device, got, want)
		}
	}
}
