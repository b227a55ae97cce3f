package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed-1feef0b2/holdfast/api"
)

// rulesLongest is the longest document of placeholder rules, in bytes.
const rulesLongest = 256 << 10

// Rules are placeholder rules that go to computers whose own are older: which
// texts that makers leave in their firmware are no values. The server passes
// them on and knows nothing of what they say; the client checks them whole.
type Rules struct {
	// Version is the document's, from 1 to 1,000,000; zero where there are none.
	Version  int
	document json.RawMessage
}

// ParseRules reads a document of placeholder rules: a JSON object of at most
// 256 KiB with a version.
func ParseRules(raw []byte) (Rules, error) {
	if len(raw) > rulesLongest {
		return Rules{}, fmt.Errorf("server: placeholder rules of more than %d bytes", rulesLongest)
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return Rules{}, fmt.Errorf("server: placeholder rules: %w", err)
	}
	if head.Version < 1 || head.Version > maxRules {
		return Rules{}, errors.New("server: placeholder rules need a version from 1 to 1,000,000")
	}
	var small bytes.Buffer
	if err := json.Compact(&small, raw); err != nil {
		return Rules{}, fmt.Errorf("server: placeholder rules: %w", err)
	}
	return Rules{Version: head.Version, document: small.Bytes()}, nil
}

// rulesClaims are rules as they are signed.
type rulesClaims struct {
	Issuer   string          `json:"iss"`
	Audience string          `json:"aud"`
	Rules    json.RawMessage `json:"rules"`
}

// rulesAfter gives the signed rules to a computer that holds older ones.
func (w *work) rulesAfter(version int) (string, error) {
	if version >= w.rules.Version {
		return "", nil
	}
	return w.signedOnce("rules", api.RulesType, rulesClaims{w.origin, api.Audience, w.rules.document})
}
