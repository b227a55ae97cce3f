package fleetsim

import (
	"context"
	"slices"
	"time"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Attack is a way to use somebody's profile on another computer.
type Attack struct {
	Name  string
	Title string
	// Forms are those that it can be done to; empty means all.
	Forms []string
	// PC is true where Macs are left out: their storage is part of the board.
	PC bool
	// Other is true where the copy runs on another model, else on the same one.
	Other bool
	// Keeps are the kinds whose values the copy has.
	Keeps []string
	// Knows are the kinds that the attacker can present besides; what is computed
	// from one of them is known too.
	Knows []string
	// Virtual is true where the copy runs in a virtual machine that says so.
	Virtual bool
	// ChipToo is true where a virtual chip is copied along.
	ChipToo bool
	// Chain says whether two computers go on with one chain, so that the server
	// sees a fork at the first check-in after both were heard.
	Chain bool
}

var (
	software = []string{"install-id", "root-fs", "os-release", "kernel", "gpu-driver", "module", "package", "security-agent"}
	disk     = []string{"boot-disk", "boot-disk-model", "disk"}
	physical = []string{"laptop", "desktop", "server"}
)

// Attacks are those that are tried, in the order of the page.
func Attacks() []Attack {
	all := append(append([]string{"system-uuid", "system-serial", "board-serial", "network-card", "memory-module"}, software...), disk...)
	moved := append(slices.Clone(software), disk...)
	return []Attack{
		{Name: "copied", Title: "profile copied to a computer of another model", Other: true, Chain: true},
		{Name: "copied-same", Title: "profile copied to the same model, neighbouring serial numbers", Chain: true},
		{Name: "cloned", PC: true, Title: "disk cloned onto another disk in the same model", Forms: physical, Keeps: software, Chain: true},
		{Name: "golden", Title: "image made of an activated computer, rolled out on the same model", Keeps: software, Chain: true},
		{Name: "moved", PC: true, Title: "disk moved into the same model", Keeps: moved},
		{Name: "spoofed-label", PC: true, Title: "the same, and the board answers what its label, the tag and the logs on the disk tell", Forms: physical, Keeps: moved, Knows: []string{"system-serial", "network-card"}},
		{Name: "spoofed-all", PC: true, Title: "the same, and the board answers all that was recorded earlier with administrator rights", Forms: physical, Keeps: all},
		{Name: "image", Title: "disk image started in a virtual machine that presents all recorded values", Forms: physical, Keeps: all, Virtual: true, Chain: true},
		{Name: "vm-cloned", Title: "virtual machine cloned by its host's tool (new UUID, new address)", Forms: []string{"vm"}, Keeps: moved, Chain: true},
		{Name: "vm-copied", Title: "virtual machine copied byte by byte, identifiers and virtual chip included", Forms: []string{"vm"}, Keeps: all, ChipToo: true, Chain: true},
	}
}

// Seen is how an attack fared against the computers of one stratum.
type Seen struct {
	Stratum Stratum
	Attack  string
	Policy  string
	Tries   int
	// Server counts where the judgement asked for a code.
	Server int
	// Vault counts where no slot opened and the share was not given out: the keys
	// stay shut, with the server away too.
	Vault int
	// Chip counts where the server asked or the hardware key could not sign.
	Chip int
}

// Attack tries every attack on every stratum that it can be done to.
func (s Simulation) Attack(ctx context.Context, tries int, policies []string) ([]Seen, error) {
	s.judges = &bench{free: map[string][]*judge{}}
	var out []Seen
	var attacks []Attack
	for _, a := range Attacks() {
		for _, st := range s.In.Fleet {
			for _, p := range policies {
				if a.concerns(st) {
					out = append(out, Seen{Stratum: st, Attack: a.Name, Policy: p, Tries: tries})
					attacks = append(attacks, a)
				}
			}
		}
	}
	done := parallel(ctx, slices.Collect(indices(len(out))), func(i int) Seen { return s.try(attacks[i], out[i]) })
	return done, ctx.Err()
}

func (a Attack) concerns(st Stratum) bool {
	return (len(a.Forms) == 0 || slices.Contains(a.Forms, st.Form)) && !(a.PC && st.Platform == "darwin")
}

func indices(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func (s Simulation) try(a Attack, seen Seen) Seen {
	st := seen.Stratum
	by := s.judges.take(&s.In, s.Bases, st.Base, seen.Policy)
	defer s.judges.give(by, st.Base, seen.Policy)
	for i := range seen.Tries {
		id := uint64(1_000_000_000 + i)
		victim := newComputer(&s.In, by.shape, st, s.In.Seed, id, id, 0)
		k := &keeper{judge: by, from: victim.from}
		k.activate(victim.parts, began)
		model := id
		if a.Other {
			model++
		}
		copied := a.on(victim, newComputer(&s.In, by.shape, st, s.In.Seed, id+1, model, 1))
		at := began.Add(24 * time.Hour)
		locked := !k.opens(copied)
		r := k.compare(copied, at, nil)
		asked := r.what == server.NeedsCode || locked && !r.releasable
		seen.Server += count(r.what == server.NeedsCode)
		seen.Vault += count(locked && !r.releasable)
		seen.Chip += count(asked || st.Chip && !a.ChipToo)
	}
	return seen
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// on gives what the reader sees on the attacker's computer.
func (a Attack) on(victim, own *computer) picture {
	var out picture
	kept := func(kind string) bool {
		return slices.Contains(a.Keeps, kind) || slices.Contains(a.Knows, kind) || slices.Contains(a.Knows, victim.from[kind]) && kind != "board-serial"
	}
	for _, x := range own.parts {
		p := own.places[x.place]
		switch {
		case kept(p.kind):
			continue
		case a.Virtual && p.kind == "hypervisor":
			x.state, x.value = present, own.fresh()
		case a.Other && x.state == present && !p.identifier && p.class != "sysapp" && p.class != "os":
			x.value = own.fresh()
		}
		out = append(out, x)
	}
	for _, x := range victim.parts {
		if kept(victim.places[x.place].kind) {
			out = append(out, x)
		}
	}
	sortParts(out)
	return out
}
