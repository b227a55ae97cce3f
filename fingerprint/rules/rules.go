package rules

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// MaxSize is how many bytes a document has at most.
const MaxSize = 256 << 10

// Schema is the form of the document that this program understands.
const Schema = 1

// Set is a checked document of rules, ready to match. It never changes and
// serves any number of goroutines.
type Set struct {
	version     int
	texts       *regexp.Regexp
	serialTexts *regexp.Regexp
	serials     serialRules
	ids         idRules
	addresses   addressRules
	ties        ties
	agents      []Agent
	exact       map[string]map[string]int // platform, name: index into agents
	prefixes    map[string][]agentPrefix
}

//go:embed rules.json
var builtIn []byte

var parseBuiltIn = sync.OnceValue(func() *Set {
	s, err := Parse(builtIn)
	if err != nil {
		panic("rules.json: " + err.Error()) // embedded and tested
	}
	return s
})

// Default gives the built-in rules.
func Default() *Set { return parseBuiltIn() }

// BuiltIn gives the document of the built-in rules, for a server to start from.
func BuiltIn() []byte { return bytes.Clone(builtIn) }

// Version is the document's own number, at least 1; a newer document has a
// larger one.
func (s *Set) Version() int { return s.version }

// document is the JSON form.
type document struct {
	Schema       int         `json:"schema"`
	Version      int         `json:"version"`
	Texts        []string    `json:"texts"`
	Serials      serialRules `json:"serials"`
	UUIDs        idDoc       `json:"uuids"`
	Addresses    addressDoc  `json:"addresses"`
	Correlations tiesDoc     `json:"correlations"`
	Agents       []agentDoc  `json:"agents"`
}

// Parse checks a document: at most MaxSize bytes, no unknown field, every
// number in its range, every pattern RE2 and none that calls an ordinary value
// a placeholder. The error says what is wrong.
func Parse(doc []byte) (*Set, error) {
	if len(doc) > MaxSize {
		return nil, fmt.Errorf("rules: %d bytes, at most %d are read", len(doc), MaxSize)
	}
	var d document
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("rules: something follows the document")
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("rules: schema %d, this program knows %d", d.Schema, Schema)
	}
	if d.Version < 1 || d.Version > 1<<30 {
		return nil, fmt.Errorf("rules: version %d is none", d.Version)
	}
	return d.set()
}

func (d document) set() (*Set, error) {
	s := &Set{version: d.Version, serials: d.Serials}
	var err error
	if s.texts, err = compileTexts("texts", d.Texts); err != nil {
		return nil, err
	}
	if err := d.Serials.check(); err != nil {
		return nil, err
	}
	if s.serialTexts, err = compileTexts("serials.texts", append([]string{"none"}, d.Serials.Texts...)); err != nil {
		return nil, err
	}
	if s.ids, err = d.UUIDs.parse(); err != nil {
		return nil, err
	}
	if s.addresses, err = d.Addresses.parse(); err != nil {
		return nil, err
	}
	if s.ties, err = d.Correlations.parse(); err != nil {
		return nil, err
	}
	if err := s.addAgents(d.Agents); err != nil {
		return nil, err
	}
	return s, nil
}
