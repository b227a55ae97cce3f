// Package tagfile is the form of the file in which a service that runs as root
// leaves keyed tags of the firmware's identifiers for everybody to read: never
// an identifier itself.
//
// What belongs here: the file's form, its checking and the tag's computing.
// What does not: reading the firmware and writing the file (package tags), and
// making components of tags (package fingerprint). It imports nothing of ours.
package tagfile

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Where the file lies: in memory, so that nothing on the disk confirms an
// identifier.
const (
	Dir  = "/run/holdfast"
	Name = "tags.json"
)

// Bounds and versions.
const (
	Schema  = 1
	MaxSize = 64 << 10 // bytes of the file
	MaxTags = 256      // tags in it
	KeySize = 32       // bytes of the key
)

// Kinds are the kinds that the file speaks of, each at least once.
func Kinds() []string {
	return []string{"system-uuid", "system-serial", "board-serial", "memory-module"}
}

// File is the whole file.
type File struct {
	Schema int `json:"schema"`
	// Rules is the version of the placeholder rules under which the values were
	// judged.
	Rules int   `json:"rules"`
	Tags  []Tag `json:"tags"`
}

// Tag is one component: present with a tag, or without one and with the reason.
type Tag struct {
	Kind   string `json:"kind"`
	State  string `json:"state"`            // present, absent, placeholder, unreadable, error
	Tag    string `json:"tag,omitempty"`    // 64 lower-case hex digits, see Sum
	From   string `json:"from,omitempty"`   // the kind that the value is computed from
	Reason string `json:"reason,omitempty"` // why there is no value
}

// Sum gives the tag of a value under the machine's own key:
// HMAC-SHA-256(key, "holdfast-tag" ‖ text(kind) ‖ text(value)), where a text is
// its length in four bytes, big-endian, then its bytes.
func Sum(key []byte, kind, value string) string {
	mac := hmac.New(sha256.New, key)
	msg := []byte("holdfast-tag")
	for _, s := range []string{kind, value} {
		msg = append(binary.BigEndian.AppendUint32(msg, uint32(len(s))), s...)
	}
	mac.Write(msg)
	return hex.EncodeToString(mac.Sum(nil))
}

// Bytes gives the file's content.
func (f File) Bytes() ([]byte, error) {
	f.Schema = Schema
	if err := f.check(); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(f, "", " ")
	return append(b, '\n'), err
}

// Parse reads a file whole or not at all: one wrong line and none is believed.
func Parse(b []byte) (File, error) {
	var f File
	if len(b) > MaxSize {
		return f, fmt.Errorf("tags: more than %d bytes", MaxSize)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return File{}, fmt.Errorf("tags: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return File{}, errors.New("tags: something follows the file's end")
	}
	if err := f.check(); err != nil {
		return File{}, err
	}
	return f, nil
}

func (f File) check() error {
	if f.Schema != Schema || f.Rules < 1 || len(f.Tags) > MaxTags {
		return fmt.Errorf("tags: schema %d, rules %d, %d tags", f.Schema, f.Rules, len(f.Tags))
	}
	count := map[string]int{}
	seen := map[Tag]bool{}
	for i, t := range f.Tags {
		if err := t.check(); err != nil {
			return fmt.Errorf("tags: number %d: %w", i, err)
		}
		if seen[t] {
			return fmt.Errorf("tags: number %d is there twice", i)
		}
		seen[t] = true
		count[t.Kind]++
		if count[t.Kind] > 1 && t.Kind != "memory-module" {
			return fmt.Errorf("tags: %s is there twice", t.Kind)
		}
	}
	for _, k := range Kinds() {
		if count[k] == 0 {
			return fmt.Errorf("tags: %s is missing", k)
		}
	}
	return nil
}

func (t Tag) check() error {
	switch {
	case !slices.Contains(Kinds(), t.Kind):
		return errors.New("of a kind that has no tags")
	case t.State == "present" && (len(t.Tag) != 64 || strings.Trim(t.Tag, "0123456789abcdef") != "" || t.Reason != ""):
		return errors.New("present without a sound tag")
	case t.State == "present":
		return word(t.From, true)
	case !slices.Contains([]string{"absent", "placeholder", "unreadable", "error"}, t.State):
		return errors.New("in a state that is none")
	case t.Tag != "" || t.From != "":
		return errors.New("a value where there is none")
	}
	return word(t.Reason, false)
}

// word checks the name of a kind or of a reason.
func word(s string, empty bool) error {
	if s == "" && !empty || len(s) > 32 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return errors.New("with a word that is none")
	}
	return nil
}
