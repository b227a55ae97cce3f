package tagfile

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

var sound = File{Schema: 1, Rules: 3, Tags: []Tag{
	{Kind: "system-uuid", State: "present", Tag: strings.Repeat("0f", 32), From: "system-serial"},
	{Kind: "system-serial", State: "present", Tag: strings.Repeat("1e", 32)},
	{Kind: "board-serial", State: "placeholder", Reason: "placeholder"},
	{Kind: "memory-module", State: "present", Tag: strings.Repeat("2d", 32)},
	{Kind: "memory-module", State: "present", Tag: strings.Repeat("3c", 32)},
}}

func TestComesBack(t *testing.T) {
	b, err := sound.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Parse(b); err != nil || !reflect.DeepEqual(got, sound) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSumIsWhatTheCommentSays(t *testing.T) {
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("holdfast-tag\x00\x00\x00\x03abc\x00\x00\x00\x02de"))
	if got := Sum([]byte("key"), "abc", "de"); got != hex.EncodeToString(mac.Sum(nil)) {
		t.Error(got)
	}
	if Sum([]byte("key"), "abc", "de") == Sum([]byte("key"), "ab", "cde") {
		t.Error("kind and value run into each other")
	}
}

// TestWholeOrNotAtAll: one wrong thing anywhere and nothing is believed.
func TestWholeOrNotAtAll(t *testing.T) {
	b, err := sound.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	replace := func(old, repl string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(good, old, repl, 1)
	}
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "tags", "a list": "[]", "cut short": good[:len(good)/2], "two files": good + good,
		"too large": good + strings.Repeat(" ", MaxSize), "another schema": replace(`"schema": 1`, `"schema": 2`),
		"no rules": replace(`"rules": 3`, `"rules": 0`), "an unknown field": replace(`"rules": 3`, `"rules": 3, "more": 1`),
		"an unknown kind": replace("board-serial", "boot-disk"), "a kind missing": replace("board-serial", "memory-module"),
		"a kind twice": replace("board-serial", "system-uuid"), "an unknown state": replace(`"placeholder",`, `"fine",`),
		"a short tag": replace(strings.Repeat("0f", 32), "0f"), "a raw value": replace(strings.Repeat("0f", 32), strings.Repeat("S", 64)),
		"capital letters": replace(strings.Repeat("0f", 32), strings.Repeat("0F", 32)), "a tag twice": replace(strings.Repeat("3c", 32), strings.Repeat("2d", 32)),
		"present with a reason":  replace(`"from": "system-serial"`, `"reason": "placeholder"`),
		"a reason that is none":  replace(`"reason": "placeholder"`, `"reason": "<b>"`),
		"no reason":              replace(`"reason": "placeholder"`, `"reason": ""`),
		"a from that is none":    replace(`"from": "system-serial"`, `"from": "S3RIAL"`),
		"placeholder with a tag": replace(`"reason": "placeholder"`, `"reason": "placeholder", "tag": "00"`),
	} {
		if f, err := Parse([]byte(text)); err == nil || len(f.Tags) != 0 {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	many := sound
	for len(many.Tags) <= MaxTags {
		many.Tags = append(many.Tags, Tag{Kind: "memory-module", State: "present", Tag: Sum(nil, "", strings.Repeat("x", len(many.Tags)))})
	}
	if _, err := many.Bytes(); err == nil {
		t.Error("too many tags were written")
	}
}

func FuzzParse(f *testing.F) {
	b, err := sound.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"schema":1,"rules":1,"tags":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		again, err := file.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(again); err != nil || !reflect.DeepEqual(back, file) {
			t.Errorf("%q does not come back: %v", b, err)
		}
	})
}
