package server

import (
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// policyVersion is the version of the policies below. It goes up whenever one
// of them changes, so that a client can tell an old signed copy from a new one.
const policyVersion = 1

// PolicyFor gives a policy as it stands for a platform. The second result is
// false for a policy that this server does not know.
func PolicyFor(name, platform string) (api.Policy, bool) {
	if !slices.Contains([]string{api.Strict, api.Balanced, api.Managed}, name) {
		return api.Policy{}, false
	}
	return api.Policy{
		Name:    name,
		Version: policyVersion,
		Groups: map[string][]string{
			api.GroupDisk:         {"boot-disk"},
			api.GroupInstallation: {"install-id"},
			api.GroupBoard:        {"system-uuid", "system-serial", "board-serial"},
			api.GroupNetwork:      {"network-card"},
		},
		BindAll:  name != api.Balanced,
		Required: Required(platform),
	}, true
}

// boundChanges gives the kinds among changes that open the vault under this
// policy, or that ask for a code by themselves: a challenge whose message named
// none of them does not cover them.
func boundChanges(p api.Policy, changes []api.Change, groups map[string]GroupState) []string {
	var list []string
	for _, c := range changes {
		if slices.Contains(list, c.Kind) || !bound(p, c, groups) {
			continue
		}
		list = append(list, c.Kind)
	}
	return list
}

func bound(p api.Policy, c api.Change, groups map[string]GroupState) bool {
	if p.BindAll {
		return true
	}
	if c.Change == api.NoLongerRead || c.Change == api.BecameReadable {
		return false
	}
	if c.Kind == kindHypervisor {
		return c.Change == api.Added
	}
	for group, members := range p.Groups {
		if groups[group] == GroupDiffers && slices.Contains(members, c.Kind) {
			return true
		}
	}
	return false
}
