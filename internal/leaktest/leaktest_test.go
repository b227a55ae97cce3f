package leaktest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsAreFoundInEveryForm(t *testing.T) {
	var s Secrets
	s.AddCode("4HT-M3X-R9W")
	s.AddCode("482362")
	s.AddAddress("kim.nguyen@example.org")
	s.AddNumber("+4917012345678")
	s.Add("password", "wide kettle borrows")
	b64 := base64.StdEncoding.EncodeToString
	for text, want := range map[string]string{
		"code 4HT-M3X-R9W.":                            "code",
		"code=4htm3xr9w&x":                             "code",
		"4HT M3X R9W":                                  "code",
		b64([]byte("4HTM3XR9W")):                       "code, base64",
		"SMS: 482362 is your code":                     "code",
		`{"code":"482362"}`:                            "code",
		`{"took":482362,"x":1}`:                        "",
		"id=482362":                                    "code",
		"id=9f86d0a482362b5c":                          "",
		"code482362":                                   "code",
		hex.EncodeToString([]byte("482362")):           "code, hex",
		b64([]byte("482362")):                          "code, base64",
		b64([]byte("x482362 is your code")):            "code, base64",
		`{"took":1482362}`:                             "",
		"0.482362 s":                                   "",
		"to Kim.Nguyen@Example.org":                    "address",
		"kim.nguyen%40example.org":                     "address",
		`kim.nguyen\u0040example.org`:                  "address",
		"user kim.nguyen":                              "address",
		b64([]byte("kim.nguyen@example.org")):          "address, base64",
		b64([]byte("x kim.nguyen@example.org and so")): "address, base64",
		b64([]byte("xykim.nguyen@example.org and so")): "address, base64",
		hex.EncodeToString([]byte("4HT-M3X-R9W")):      "code, hex",
		"+4917012345678":                               "number",
		"0170 / 12345678":                              "number",
		"WIDE KETTLE BORROWS nine":                     "password",
		"nothing of it, kim@example.org":               "",
	} {
		hits := s.Search([]byte(text))
		if want == "" && len(hits) > 0 || want != "" && (len(hits) == 0 || hits[0].Kind != want) {
			t.Errorf("%q: %+v, want %q", text, hits, want)
		}
		for _, h := range hits {
			if want != "" && strings.Contains(strings.ToLower(h.Around), strings.ToLower("wide kettle")) {
				t.Errorf("a hit repeats the secret: %q", h.Around)
			}
		}
	}
	if s.Len() != 5 {
		t.Errorf("%d secrets", s.Len())
	}
}

// TestManySecretsInMuchText: a thousand in a megabyte, with one planted.
func TestManySecretsInMuchText(t *testing.T) {
	var s Secrets
	for i := range 1000 {
		s.AddCode(fmt.Sprintf("%03d-KZ%d-QQ%d", i, i%10, i%7))
	}
	text := strings.Repeat("level=INFO msg=request route=\"GET /v1/devices/{id}\" took=482362\n", 15_000)
	if hits := s.Search([]byte(text)); len(hits) != 0 {
		t.Fatalf("%+v", hits[:1])
	}
	if hits := s.Search([]byte(text + "731KZ1QQ3")); len(hits) != 1 || hits[0].Offset != len(text) {
		t.Errorf("%+v", hits)
	}
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := s.CheckFiles(t, file); !strings.HasPrefix(said, "1000 secrets looked for in ") {
		t.Error(said)
	}
}

// TestEveryDisguiseIsFound: what a value may look like is looked for.
func TestEveryDisguiseIsFound(t *testing.T) {
	var s Secrets
	values := []string{"4HT-M3X-R9W", "482362", "kim.nguyen@example.org", "+4917012345678", "wide kettle borrows"}
	s.AddCode(values[0])
	s.AddCode(values[1])
	s.AddAddress(values[2])
	s.AddNumber(values[3])
	s.Add("password", values[4])
	for _, v := range values {
		for name, form := range Disguises(v) {
			if len(s.Search([]byte("msg=\"a "+form+" b\""))) == 0 {
				t.Errorf("%s, %s: %s is not found", v, name, form)
			}
		}
	}
	if got := s.String(); got != "1 address, 2 code, 1 number, 1 password" {
		t.Error(got)
	}
}

func TestFiguresAreNamesAndLabels(t *testing.T) {
	const in = "# HELP a b 482362\na{route=\"482362\"} 482362\nb 1e+06\n"
	if got := string(WithoutSamples([]byte(in))); got != "# HELP a b 482362\na{route=\"482362\"}\nb\n" {
		t.Errorf("%q", got)
	}
}

func TestShortSecretsAreRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a secret of five bytes was taken")
		}
	}()
	new(Secrets).Add("name", "short")
}
