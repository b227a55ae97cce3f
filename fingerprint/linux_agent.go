package fingerprint

import "strings"

// readAgents finds security agents among the packages that were read.
func readAgents(r *reader) []Component {
	names := make([]string, 0, len(r.packages))
	for _, c := range r.packages {
		if c.State != Present {
			// Where the packages cannot be told, neither can the agents.
			return []Component{lacking("security-agent", c.State, c.Reason)}
		}
		name := c.Value
		if i := strings.IndexAny(name, ": "); i >= 0 {
			name = name[:i]
		}
		names = append(names, name)
	}
	return r.agents(names)
}

// agents makes the set of security agents out of the names that a system lists:
// packages, services, bundle identifiers.
func (r *reader) agents(names []string) []Component {
	var out []Component
	for _, a := range r.rules.Agents(r.src.Platform(), names) {
		out = append(out, present("security-agent", a.ID, a.Name))
	}
	if len(out) == 0 {
		return []Component{lacking("security-agent", Absent, "not-there")}
	}
	return out
}
