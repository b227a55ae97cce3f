package server

import (
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// PolicyFor gives a built-in policy as it stands for a platform. The second
// result is false for a policy that there is not.
func PolicyFor(name, platform string) (api.Policy, bool) {
	return DefaultPolicies().For(name, platform)
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
