package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// documentLongest bounds what is read of one file; the server's own bounds are
// lower.
const documentLongest = 1 << 20

// documents reads the operator's policies and placeholder rules, where there
// are any. A server does not start with some that it cannot use.
func (s *Settings) documents() (p server.Policies, r server.Rules, err error) {
	if p, err = policiesIn(s.PolicyDir); err != nil || s.RulesFile == "" {
		return p, r, err
	}
	raw, err := readDocument(s.RulesFile)
	if err == nil {
		r, err = server.ParseRules(raw)
	}
	if err != nil {
		return p, r, refuseFor("rules-file", err, text.Data{"File": s.RulesFile})
	}
	return p, r, nil
}

// policiesIn puts the documents of a folder, NAME.json, in the place of those
// that are built in.
func policiesIn(dir string) (server.Policies, error) {
	p := server.DefaultPolicies()
	if dir == "" {
		return p, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return p, refuseFor("policy-dir", err, text.Data{"Dir": dir})
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue
		}
		file := filepath.Join(dir, e.Name())
		var d server.PolicyDocument
		raw, err := readDocument(file)
		if err == nil {
			d, err = server.ParsePolicy(raw)
		}
		if err == nil && d.Name != name {
			err = fmt.Errorf("it is named %s inside", d.Name)
		}
		if err != nil {
			return p, refuseFor("policy-file", err, text.Data{"File": file})
		}
		builtIn := p.Version(name)
		if p, err = p.With(d); errors.Is(err, server.ErrPolicyVersion) {
			return p, refuse("policy-version", text.Data{"File": file, "Version": d.Version, "BuiltIn": builtIn})
		}
	}
	return p, nil
}

func readDocument(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > documentLongest {
		return nil, errors.New("it is too large, or no file")
	}
	return os.ReadFile(file)
}
