package server

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets"
)

// PolicyNames are the policies that there are, the strictest first.
func PolicyNames() []string { return []string{api.Strict, api.Managed, api.Balanced} }

// PolicyDocument is one policy as written down: what a server is started with.
// docs/policies.md describes the fields for those who write one.
type PolicyDocument struct {
	Name string `json:"name"`
	// Version goes up whenever the document changes, from 1 to 1,000,000.
	Version int `json:"version"`
	// Groups lists the kinds of each identity group.
	Groups map[string][]string `json:"groups"`
	// BindAll is true where every component counts: strict and managed.
	BindAll bool `json:"bind_all"`
	// Flags need a listing of their own in a change window.
	Flags []string `json:"flags"`
	// Unreadable says when something that was readable counts as changed: after
	// so many check-ins (2 to 10) and so many hours (1 to 168), both.
	Unreadable struct {
		CheckIns int `json:"check_ins"`
		Hours    int `json:"hours"`
	} `json:"unreadable"`
}

// Bounds of a policy document.
const (
	policyLongest = 64 << 10 // bytes
	policyNewest  = 1_000_000
)

// ErrPolicyVersion says that a document's version is not higher than that of the
// one in whose place it would go.
var ErrPolicyVersion = errors.New("server: the policy's version is not higher")

// ParsePolicy reads a policy document and refuses one that cannot be judged by:
// unknown or repeated fields, kinds, groups and flags, a policy without the
// groups that recognise a computer, numbers out of range.
func ParsePolicy(raw []byte) (PolicyDocument, error) {
	var d PolicyDocument
	if len(raw) > policyLongest {
		return d, fmt.Errorf("server: a policy document of more than %d bytes", policyLongest)
	}
	if err := json.Unmarshal(raw, &d, json.RejectUnknownMembers(true)); err != nil {
		return d, fmt.Errorf("server: %w", err)
	}
	return d, d.check()
}

func (d PolicyDocument) check() error {
	switch {
	case !contains(PolicyNames(), d.Name):
		return fmt.Errorf("server: no policy is named %q; there are %v", d.Name, PolicyNames())
	case d.Version < 1 || d.Version > policyNewest:
		return fmt.Errorf("server: policy %s: version %d is not from 1 to %d", d.Name, d.Version, policyNewest)
	case d.BindAll != (d.Name != api.Balanced):
		return fmt.Errorf("server: policy %s: bind_all must be %v", d.Name, d.Name != api.Balanced)
	case d.Unreadable.CheckIns < 2 || d.Unreadable.CheckIns > 10:
		return fmt.Errorf("server: policy %s: unreadable.check_ins must be from 2 to 10", d.Name)
	case d.Unreadable.Hours < 1 || d.Unreadable.Hours > 168:
		return fmt.Errorf("server: policy %s: unreadable.hours must be from 1 to 168", d.Name)
	}
	for _, flag := range d.Flags {
		if !contains(Flags(), flag) {
			return fmt.Errorf("server: policy %s: no flag is named %q; there are %v", d.Name, flag, Flags())
		}
	}
	return d.checkGroups()
}

func (d PolicyDocument) checkGroups() error {
	used := map[string]string{}
	for _, group := range slices.Sorted(maps.Keys(d.Groups)) {
		if !contains(Groups(), group) {
			return fmt.Errorf("server: policy %s: no group is named %q; there are %v", d.Name, group, Groups())
		}
		for _, kind := range d.Groups[group] {
			if _, ok := kinds[kind]; !ok {
				return fmt.Errorf("server: policy %s: group %s: no kind is named %q", d.Name, group, kind)
			}
			if used[kind] != "" {
				return fmt.Errorf("server: policy %s: kind %s is in %s and in %s", d.Name, kind, used[kind], group)
			}
			used[kind] = group
		}
	}
	for _, group := range Groups() {
		if len(d.Groups[group]) == 0 {
			return fmt.Errorf("server: policy %s: group %s has no kinds", d.Name, group)
		}
	}
	return nil
}

// Groups are the identity groups.
func Groups() []string {
	return []string{api.GroupDisk, api.GroupInstallation, api.GroupBoard, api.GroupNetwork}
}

// Flags are what a drift may raise.
func Flags() []string {
	return []string{api.FlagNewDriver, api.FlagAppsReplaced, api.FlagAgentRemoved}
}

// Policies are the policies that a server judges by, one of each name.
type Policies struct{ documents map[string]PolicyDocument }

// DefaultPolicies are those that are built in.
func DefaultPolicies() Policies { return builtIn() }

var builtIn = sync.OnceValue(func() Policies {
	p := Policies{documents: map[string]PolicyDocument{}}
	for _, name := range PolicyNames() {
		raw, err := assets.Policies.ReadFile(path.Join("policy", name+".json"))
		if err != nil {
			panic(err) // embedded
		}
		d, err := ParsePolicy(raw)
		if err != nil || d.Name != name {
			panic(fmt.Sprint("server: the built-in policy ", name, ": ", err)) // a test reads them all
		}
		p.documents[name] = d
	}
	return p
})

// With puts a document in the place of the one of its name. The error is
// ErrPolicyVersion where its version is not higher.
func (p Policies) With(d PolicyDocument) (Policies, error) {
	if d.Version <= p.documents[d.Name].Version {
		return p, ErrPolicyVersion
	}
	out := Policies{documents: maps.Clone(p.documents)}
	out.documents[d.Name] = d
	return out, nil
}

// Version is the version of a policy; zero for one that there is not.
func (p Policies) Version(name string) int { return p.documents[name].Version }

// For gives a policy as it is sent to computers of a platform. The second result
// is false for a policy that there is not.
func (p Policies) For(name, platform string) (api.Policy, bool) {
	d, ok := p.documents[name]
	if !ok {
		return api.Policy{}, false
	}
	groups := make(map[string][]string, len(d.Groups))
	for group, members := range d.Groups {
		groups[group] = slices.Clone(members)
	}
	return api.Policy{
		Name: name, Version: d.Version, Groups: groups, BindAll: d.BindAll, Required: Required(platform),
		Flags: slices.Clone(d.Flags), UnreadableCheckIns: d.Unreadable.CheckIns,
		UnreadableSeconds: int64(time.Duration(d.Unreadable.Hours) * time.Hour / time.Second),
	}, true
}
