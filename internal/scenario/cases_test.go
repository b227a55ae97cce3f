package scenario

import (
	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Answers of the server to a check-in.
const (
	nothing  = "nothing"       // equal to an activated configuration
	accepted = "accepted"      // differs, is named and recorded, needs no code
	inWindow = "in the window" // differs, and an open change window lists it
	code     = "code"          // differs, a code must confirm it
)

// answer is what one policy says about one event.
type answer struct {
	verdict string
	// opens says that the vault opens by itself, without the server's share.
	opens bool
	// released says that a check-in that says "locked" gets the share without a
	// code.
	released bool
}

// Shorthands: verdict, opens, released.
var (
	same       = answer{nothing, true, true}    // nobody notices
	quiet      = answer{accepted, true, true}   // named, the vault stays open
	helped     = answer{accepted, false, true}  // the vault closes, the share opens it again without a code
	stopped    = answer{code, false, false}     // locked until the code
	asked      = answer{code, true, false}      // a code, though the bound values are the same
	unproven   = answer{accepted, false, false} // accepted, but a locked vault needs a code
	knownAgain = answer{nothing, false, true}   // no code; its own slot, or the share, opens
)

// event is something that happens to a computer.
type event struct {
	name     string
	computer string
	// known are the variants that were activated before, the last one bound;
	// "" is the sample itself.
	known []string
	// now is the variant that is read; "" is the sample itself.
	now              string
	strict, balanced answer
	flags            string // with commas between
}

var first = []string{""}

// once is an event after one activation, without flags.
func once(name, computer, now string, strict, balanced answer) event {
	return event{name, computer, first, now, strict, balanced, ""}
}

func (e event) flagged(flags string) event {
	e.flags = flags
	return e
}

func linuxEvents() []event {
	return []event{
		once("nothing happens", "laptop", "", same, same),
		once("suspended and resumed", "laptop", "suspend-resume", same, same),
		once("kernel and graphics driver updated", "laptop", "driver-update", stopped, quiet),
		once("9 drivers and 2 applications updated", "laptop", "many-updates", stopped, quiet),
		once("drivers updated", "server", "driver-update", stopped, quiet),
		once("drivers updated", "vm", "driver-update", stopped, quiet),
		once("firmware updated", "laptop", "firmware-update", stopped, quiet),
		once("memory added", "laptop", "memory-added", stopped, quiet),
		once("memory added", "desktop", "memory-added", stopped, quiet),
		once("memory added", "server", "memory-added", stopped, quiet),
		once("memory added to a virtual machine", "vm", "memory-added", stopped, quiet),
		once("disk order changed", "desktop", "disk-order", same, same),
		once("USB network card plugged in", "laptop", "usb-network", same, same),
		once("dock connected", "laptop", "dock", same, same),
		once("VPN up", "laptop", "vpn", same, same),
		once("docker bridge up", "laptop", "docker-bridge", same, same),
		once("removable disks plugged in", "laptop", "usb-stick", same, same),
		once("one firmware value flaps", "laptop", "firmware-flaps", stopped, helped),
		once("the board can no longer be read", "laptop", "board-closed", unproven, unproven),
		once("the service that runs as root leaves its tags", "server", "root-tags", asked, quiet),
		once("boot disk swapped", "laptop", "disk-swapped", stopped, stopped),
		once("both disks of the mirror swapped", "server", "disk-swapped", stopped, stopped),
		once("volume of a virtual machine swapped", "vm", "disk-swapped", stopped, stopped),
		once("system reinstalled on the same disk", "laptop", "reinstalled", stopped, stopped),
		once("board swapped", "laptop", "board-swapped", stopped, stopped),
		once("board swapped, board not readable", "server", "board-swapped", stopped, stopped),
		once("network cards swapped, board readable", "laptop", "network-swapped", stopped, quiet),
		once("network card swapped, board not readable", "server", "network-swapped", stopped, stopped),
		once("network card swapped, board says nothing", "desktop", "network-swapped", stopped, stopped),
		once("disk moved into another computer of the same model", "laptop", "disk-moved", stopped, stopped),
		once("disks moved into another server of the same model", "server", "disk-moved", stopped, stopped),
		{"the same, with the tags of root on both", "server", []string{"root-tags"}, "root-tags-moved", stopped, stopped, ""},
		{"the tags of root are cut short", "server", []string{"root-tags"}, "root-tags-broken", unproven, unproven, ""},
		{"the tags of root lie where anybody may write", "server", []string{"root-tags"}, "root-tags-loose", unproven, unproven, ""},
		once("physical computer became virtual", "laptop", "became-virtual", stopped, asked),
		once("\"Default string\" serials throughout", "desktop", "", same, same),
		once("other filler texts after a firmware update", "desktop", "other-filler", same, same),
		{"back to an earlier configuration", "laptop", []string{"", "memory-added"}, "", knownAgain, same, ""},
		{"back to an earlier disk", "laptop", []string{"", "disk-swapped"}, "", knownAgain, knownAgain, ""},
	}
}

func windowsEvents() []event {
	return []event{
		once("nothing happens", "windows-laptop", "", same, same),
		once("everything listed in another order", "windows-laptop", "other-order", same, same),
		once("shown in German", "windows-laptop", "in-german", same, same),
		once("shown in Vietnamese", "windows-laptop", "in-vietnamese", same, same),
		once("drivers updated", "windows-laptop", "driver-update", stopped, quiet),
		once("many updates", "windows-laptop", "many-updates", stopped, quiet),
		once("yearly version", "windows-laptop", "feature-update", stopped, quiet),
		once("drivers updated", "windows-vm", "driver-update", stopped, quiet),
		once("firmware updated", "windows-laptop", "firmware-update", stopped, quiet),
		once("memory added", "windows-laptop", "memory-added", stopped, quiet),
		once("memory added", "windows-desktop", "memory-added", stopped, quiet),
		once("memory added to a virtual machine", "windows-vm", "memory-added", stopped, quiet),
		once("disk order changed", "windows-desktop", "disk-order", same, same),
		once("the firmware's table breaks off", "windows-desktop", "truncated-table", same, same),
		once("other filler texts after a firmware update", "windows-desktop", "other-filler", same, same),
		once("USB network card plugged in", "windows-laptop", "usb-network", same, same),
		once("dock connected", "windows-laptop", "dock", same, same),
		once("dock gone, its traces left", "windows-laptop", "undocked-traces", same, same),
		once("VPN up", "windows-laptop", "vpn", same, same),
		once("removable disks plugged in", "windows-laptop", "usb-stick", same, same),
		once("a network card switched off", "windows-laptop", "adapter-disabled", same, same),
		once("Hyper-V switched on", "windows-laptop", "hypervisor-enabled", same, same),
		once("the security agent removed", "windows-laptop", "agent-removed", stopped, quiet).flagged("agent-removed"),
		once("one firmware value flaps", "windows-laptop", "firmware-flaps", stopped, helped),
		once("boot disk swapped", "windows-laptop", "disk-swapped", stopped, stopped),
		once("boot disk swapped", "windows-desktop", "disk-swapped", stopped, stopped),
		once("volume of a virtual machine swapped", "windows-vm", "disk-swapped", stopped, stopped),
		once("system reinstalled on the same disk", "windows-laptop", "reinstalled", stopped, stopped),
		once("system reinstalled on the same disk", "windows-desktop", "reinstalled", stopped, stopped),
		once("board swapped", "windows-laptop", "board-swapped", stopped, stopped),
		once("network cards swapped, board readable", "windows-laptop", "network-swapped", stopped, quiet),
		once("network card swapped, board says nothing", "windows-desktop", "network-swapped", stopped, stopped),
		once("disk moved into another computer of the same model", "windows-laptop", "disk-moved", stopped, stopped),
		once("disk moved into another computer of the same model", "windows-desktop", "disk-moved", stopped, stopped),
		once("a running virtual machine moved to another host", "windows-vm", "migrated", stopped, quiet),
		once("a virtual machine copied under a new id: the chain tells the two apart", "windows-vm", "copied", stopped, helped),
		{"back to an earlier disk", "windows-laptop", []string{"", "disk-swapped"}, "", knownAgain, knownAgain, ""},
	}
}

func macEvents() []event {
	return []event{
		once("nothing happens", "mac-laptop", "", same, same),
		once("system updated", "mac-laptop", "os-update", stopped, quiet),
		once("system updated", "mac-desktop", "os-update", stopped, quiet),
		once("applications updated", "mac-laptop", "app-updates", stopped, quiet),
		once("USB network card plugged in", "mac-laptop", "usb-network", same, same),
		once("dock connected", "mac-laptop", "dock", same, same),
		once("dock connected", "mac-desktop", "dock", same, same),
		once("VPN up", "mac-laptop", "vpn", same, same),
		once("a private Wi-Fi address", "mac-laptop", "private-wifi-address", same, same),
		once("the security agent removed", "mac-laptop", "agent-removed", stopped, quiet).flagged("agent-removed"),
		once("memory added", "mac-desktop", "memory-added", stopped, quiet),
		once("memory added to a virtual machine", "mac-vm", "memory-added", stopped, quiet),
		once("system reinstalled", "mac-laptop", "reinstalled", stopped, stopped),
		once("system reinstalled", "mac-desktop", "reinstalled", stopped, stopped),
		once("board swapped", "mac-laptop", "board-swapped", stopped, stopped),
		once("board swapped", "mac-desktop", "board-swapped", stopped, stopped),
		once("boot disk swapped", "mac-desktop", "disk-swapped", stopped, stopped),
		once("disk moved into another computer of the same model", "mac-desktop", "disk-moved", stopped, stopped),
		once("a virtual machine copied under a new id", "mac-vm", "cloned", stopped, stopped),
	}
}

// windowCase is an event inside a change window; verdicts and releases are those
// of strict, managed and balanced.
type windowCase struct {
	name, computer, now string
	said                string
	window              server.Window
	verdicts            [3]string
	released            [3]bool
}

// byIT gives a window of IT's for the account: kinds and flags.
func byIT(flags []string, kinds ...string) server.Window {
	return server.Window{ID: "it", Account: "a", Origin: api.WindowIT, Kinds: kinds, Flags: flags}
}

func byITGroup(groups ...string) server.Window {
	return server.Window{ID: "it", Account: "a", Origin: api.WindowIT, Groups: groups}
}

func announced(groups ...string) server.Window {
	return server.Window{ID: "person", Account: "a", Device: "d", Origin: api.WindowPerson, Groups: groups}
}

func windowCases() []windowCase {
	updates := byIT(nil, "kernel", "module", "gpu-driver", "package", "os-release")
	patched := [3]string{code, inWindow, accepted}
	helped := [3]bool{false, true, true}
	return []windowCase{
		{"drivers and applications updated", "laptop", "driver-update", "IT: kernel, drivers, applications", updates, patched, helped},
		{"9 drivers and 2 applications updated", "laptop", "many-updates", "IT: kernel, drivers, applications", updates, patched, helped},
		{"firmware updated", "laptop", "firmware-update", "IT: kernel, drivers, applications", updates, [3]string{code, code, accepted}, [3]bool{false, false, true}},
		{"firmware updated", "laptop", "firmware-update", "IT: firmware", byIT(nil, "firmware"), patched, helped},
		{"many updates", "windows-laptop", "many-updates", "IT: kernel, drivers, applications", updates, patched, helped},
		{"system updated", "mac-laptop", "os-update", "IT: the same, and firmware", byIT(nil, "kernel", "module", "package", "os-release", "firmware"), patched, helped},
		{"the security agent removed", "windows-laptop", "agent-removed", "IT: applications and agents", byIT(nil, "package", "module", "security-agent"), [3]string{code, code, accepted}, [3]bool{false, false, true}},
		{"the security agent removed", "windows-laptop", "agent-removed", "IT: the same, and the flag agent-removed", byIT([]string{api.FlagAgentRemoved}, "package", "module", "security-agent"), patched, helped},
		{"boot disk swapped", "laptop", "disk-swapped", "IT: the group disk", byITGroup(api.GroupDisk), [3]string{code, inWindow, inWindow}, helped},
		{"boot disk swapped", "laptop", "disk-swapped", "announced: the disk", announced(api.GroupDisk), [3]string{inWindow, inWindow, inWindow}, [3]bool{true, true, true}},
		{"boot disk swapped", "windows-laptop", "disk-swapped", "announced: the disk", announced(api.GroupDisk), [3]string{inWindow, inWindow, inWindow}, [3]bool{true, true, true}},
		{"board swapped", "laptop", "board-swapped", "announced: the board", announced(api.GroupBoard), [3]string{inWindow, inWindow, inWindow}, [3]bool{true, true, true}},
		{"board swapped, board not readable", "server", "board-swapped", "announced: the board", announced(api.GroupBoard), [3]string{inWindow, inWindow, inWindow}, [3]bool{true, true, true}},
		{"board swapped", "laptop", "board-swapped", "announced: the disk", announced(api.GroupDisk), [3]string{code, code, code}, [3]bool{}},
		{"disk moved into another computer of the same model", "laptop", "disk-moved", "announced: the disk", announced(api.GroupDisk), [3]string{code, code, code}, [3]bool{}},
		{"system reinstalled on the same disk", "laptop", "reinstalled", "announced: the disk", announced(api.GroupDisk), [3]string{code, code, code}, [3]bool{}},
	}
}
