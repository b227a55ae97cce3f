package watch

import (
	"encoding/json"
	"os"
	"testing"
)

// dashboard is as much of a Grafana dashboard (schema version 39) as the test needs.
type dashboard struct {
	Title         string `json:"title"`
	UID           string `json:"uid"`
	SchemaVersion int    `json:"schemaVersion"`
	Panels        []struct {
		ID      int            `json:"id"`
		Type    string         `json:"type"`
		Title   string         `json:"title"`
		GridPos map[string]int `json:"gridPos"`
		Targets []struct {
			Expr  string `json:"expr"`
			RefID string `json:"refId"`
		} `json:"targets"`
	} `json:"panels"`
}

// dashboardExpressions reads the dashboard, checks its panels and gives what they ask.
func dashboardExpressions(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("../../../packaging/grafana/holdfast.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(raw, &d); err != nil || d.Title == "" || d.UID == "" || d.SchemaVersion < 36 {
		t.Fatalf("%v %+v", err, d)
	}
	var out []string
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		if p.Title == "" || ids[p.ID] || p.GridPos["w"] < 1 || p.GridPos["x"]+p.GridPos["w"] > 24 || len(p.Targets) == 0 {
			t.Errorf("panel %+v", p)
		}
		ids[p.ID] = true
		for x := p.GridPos["x"]; x < p.GridPos["x"]+p.GridPos["w"]; x++ {
			for y := p.GridPos["y"]; y < p.GridPos["y"]+p.GridPos["h"]; y++ {
				if other, there := taken[[2]int{x, y}]; there {
					t.Fatalf("%s covers %s", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			out = append(out, target.Expr)
		}
	}
	return out
}
