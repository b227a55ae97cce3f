package server

import (
	"maps"
	"slices"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Classes of components.
const (
	classOS       = "os"
	classFirmware = "firmware"
	classHardware = "hardware"
	classDriver   = "driver"
	classApps     = "sysapp"
)

// kindHypervisor is the one kind whose appearance alone asks for a code: a
// physical computer became a virtual one.
const kindHypervisor = "hypervisor"

// kindFacts says where a kind belongs and what it weighs. Weights order the
// list that a person reads and rate the assurance; they never judge.
type kindFacts struct {
	class  string
	weight int
}

// kinds are the kinds that every platform reports, at least once each.
var kinds = map[string]kindFacts{
	"install-id":      {classOS, 10},
	"os-release":      {classOS, 2},
	"kernel":          {classOS, 2},
	"root-fs":         {classOS, 4},
	"firmware":        {classFirmware, 2},
	"secure-boot":     {classFirmware, 2},
	"system-uuid":     {classHardware, 12},
	"system-serial":   {classHardware, 7},
	"board-serial":    {classHardware, 7},
	"system-model":    {classHardware, 1},
	"board-model":     {classHardware, 1},
	"chassis-type":    {classHardware, 1},
	"cpu":             {classHardware, 6},
	"memory":          {classHardware, 4},
	"memory-module":   {classHardware, 2},
	"boot-disk":       {classHardware, 12},
	"boot-disk-model": {classHardware, 1},
	"disk":            {classHardware, 1},
	"network-card":    {classHardware, 8},
	"gpu":             {classHardware, 4},
	"pci":             {classHardware, 4},
	"tpm":             {classHardware, 1},
	kindHypervisor:    {classHardware, 1},
	"gpu-driver":      {classDriver, 2},
	"module":          {classDriver, 2},
	"package":         {classApps, 2},
	"security-agent":  {classApps, 3},
}

// platforms are the systems that the client runs on.
var platforms = []string{"linux", "windows", "darwin"}

// Required lists the kinds that a snapshot of a platform must report, sorted:
// the server owns the denominator, or a client could leave out what changed.
// An unknown platform gives nil.
func Required(platform string) []string {
	if !slices.Contains(platforms, platform) {
		return nil
	}
	return slices.Clone(kindNames)
}

// kindNames are the names of all kinds, sorted.
var kindNames = slices.Sorted(maps.Keys(kinds))

// anyMember says whether a set counts as the same while any known member of it
// is there: cards come and go, and what newly appears is enrolled.
func anyMember(kind string) bool { return kind == "network-card" || kind == "gpu" }

// weightOf gives the weight of a kind; a kind that this server does not know
// weighs one.
func weightOf(kind string) int {
	if f, ok := kinds[kind]; ok {
		return f.weight
	}
	return 1
}

// assuranceFloor is the weight of present kinds under which a certificate says
// that the computer is known only loosely.
const assuranceFloor = 40

// hardwareWeight is what a key weighs that a chip holds and never lets go.
const hardwareWeight = 18

// Assurance rates how much of a computer was readable: high where the present
// kinds weigh at least 40 and something of the board is among them. A key that
// hardware holds (one of api.Hardware…, empty for none) weighs 18 and stands in
// for the board: it can no more be moved to another computer. On a virtual computer processor and memory weigh nothing (they move), and graphics
// and PCI devices count once together.
func Assurance(s api.Snapshot, hardware string) string {
	present := map[string]bool{}
	for _, c := range s.Components {
		if c.State == api.StatePresent {
			present[c.Kind] = true
		}
	}
	once := map[string]string{"pci": "gpu", "kernel": "os-release", "secure-boot": "firmware", "module": "gpu-driver"}
	sum := 0
	for k := range present {
		if present[once[k]] {
			continue
		}
		if present[kindHypervisor] && (k == "cpu" || k == "memory") {
			continue
		}
		sum += weightOf(k)
	}
	board := present["system-uuid"] || present["system-serial"] || present["board-serial"]
	if hardware != "" {
		sum, board = sum+hardwareWeight, true
	}
	if sum < assuranceFloor || !board {
		return api.AssuranceLow
	}
	return api.AssuranceHigh
}
