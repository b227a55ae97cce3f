package server

import "github.com/seed-1feef0b2/holdfast/api"

// What raises the flag for replaced applications: a list of at least so many of
// which less than half stayed.
const (
	appsFewest = 10
	appsShare  = 2 // 1/appsShare
)

// flagsOf gives the flags that a drift raises. The server sees digests, each of
// a name with its version, and so cannot tell an update from a replacement by
// another: one goes, one comes. What it can tell is that more came than went, or
// more went than came.
func flagsOf(diffs []difference, before buckets) []string {
	var list []string
	released, drivers, agents, replaced := false, 0, 0, false
	for _, d := range diffs {
		switch d.kind {
		case "os-release":
			released = released || d.changed()
		case api.KindModule:
			drivers += d.added - d.removed
		case api.KindSecurityAgent:
			agents += d.removed - d.added
		case api.KindPackage:
			had := len(before.at(d.bucketKey).digests)
			kept := had - d.removed - d.unread
			replaced = replaced || (had >= appsFewest && d.unread == 0 && appsShare*kept < max(had, kept+d.added))
		}
	}
	if drivers > 0 {
		list = append(list, api.FlagNewDriver)
	}
	if replaced && !released {
		list = append(list, api.FlagAppsReplaced)
	}
	if agents > 0 {
		list = append(list, api.FlagAgentRemoved)
	}
	return list
}
