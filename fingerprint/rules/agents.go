package rules

import (
	"fmt"
	"strings"
)

// Agent is a program that guards the computer, known by the names under which
// each system lists it.
type Agent struct {
	ID   string // stable, lower case: crowdstrike-falcon
	Name string // for people
}

type agentDoc struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Linux   []string `json:"linux"`   // names of packages
	Windows []string `json:"windows"` // names of services
	Darwin  []string `json:"darwin"`  // bundle identifiers
}

type agentPrefix struct {
	text  string
	agent int
}

// addAgents checks the list and makes its look-ups.
func (s *Set) addAgents(list []agentDoc) error {
	if len(list) > maxList {
		return fmt.Errorf("rules: agents: more than %d", maxList)
	}
	s.exact, s.prefixes = map[string]map[string]int{}, map[string][]agentPrefix{}
	seen := map[string]bool{}
	for i, a := range list {
		if !validID(a.ID) || seen[a.ID] || a.Name == "" || len(a.Name) > 100 {
			return fmt.Errorf("rules: agents[%d]: id %q, name %q: want an id of its own and a name", i, a.ID, a.Name)
		}
		seen[a.ID] = true
		s.agents = append(s.agents, Agent{a.ID, a.Name})
		for platform, names := range map[string][]string{"linux": a.Linux, "windows": a.Windows, "darwin": a.Darwin} {
			for _, n := range names {
				if err := s.addName(platform, n, i); err != nil {
					return fmt.Errorf("rules: agents: %s: %w", a.ID, err)
				}
			}
		}
	}
	return nil
}

func (s *Set) addName(platform, name string, agent int) error {
	text, open := strings.CutSuffix(Fold(name), "*")
	if len(text) < 3 || len(text) > 200 || strings.Contains(text, "*") {
		return fmt.Errorf("%q: want three characters or more, and * at the end or not at all", name)
	}
	if open {
		s.prefixes[platform] = append(s.prefixes[platform], agentPrefix{text, agent})
		return nil
	}
	if s.exact[platform] == nil {
		s.exact[platform] = map[string]int{}
	}
	if other, taken := s.exact[platform][text]; taken && other != agent {
		return fmt.Errorf("%q belongs to %s already", name, s.agents[other].ID)
	}
	s.exact[platform][text] = agent
	return nil
}

func validID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Agents gives the security agents among the names that a platform ("linux",
// "windows", "darwin") lists: packages, services, bundle identifiers, in any
// letter case, without versions. Each agent comes once, in the document's order.
func (s *Set) Agents(platform string, names []string) []Agent {
	found := make([]bool, len(s.agents))
	for _, n := range names {
		f := Fold(n)
		if i, ok := s.exact[platform][f]; ok {
			found[i] = true
		}
		for _, p := range s.prefixes[platform] {
			if strings.HasPrefix(f, p.text) {
				found[p.agent] = true
			}
		}
	}
	var out []Agent
	for i, a := range s.agents {
		if found[i] {
			out = append(out, a)
		}
	}
	return out
}
