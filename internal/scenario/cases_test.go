package scenario

// Answers of the server to a check-in.
const (
	nothing  = "nothing"  // equal to an activated configuration
	accepted = "accepted" // differs, is named and recorded, needs no code
	code     = "code"     // differs, a code must confirm it
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
}

var first = []string{""}

// events are what a computer may go through, with what is expected.
var events = []event{
	{"nothing happens", "laptop", first, "", same, same},
	{"kernel and graphics driver updated", "laptop", first, "driver-update", stopped, quiet},
	{"9 drivers and 2 applications updated", "laptop", first, "many-updates", stopped, quiet},
	{"firmware updated", "laptop", first, "firmware-update", stopped, quiet},
	{"memory added", "laptop", first, "memory-added", stopped, quiet},
	{"memory added to a virtual machine", "vm", first, "memory-added", stopped, quiet},
	{"disk order changed", "desktop", first, "disk-order", same, same},
	{"USB network card plugged in", "laptop", first, "usb-network", same, same},
	{"dock connected", "laptop", first, "dock", same, same},
	{"VPN up", "laptop", first, "vpn", same, same},
	{"docker bridge up", "laptop", first, "docker-bridge", same, same},
	{"removable disks plugged in", "laptop", first, "usb-stick", same, same},
	{"one firmware value flaps", "laptop", first, "firmware-flaps", stopped, helped},
	{"the board can no longer be read", "laptop", first, "board-closed", unproven, unproven},
	{"boot disk swapped", "laptop", first, "disk-swapped", stopped, stopped},
	{"both disks of the mirror swapped", "server", first, "disk-swapped", stopped, stopped},
	{"volume of a virtual machine swapped", "vm", first, "disk-swapped", stopped, stopped},
	{"system reinstalled on the same disk", "laptop", first, "reinstalled", stopped, stopped},
	{"board swapped", "laptop", first, "board-swapped", stopped, stopped},
	{"board swapped, board not readable", "server", first, "board-swapped", stopped, stopped},
	{"network cards swapped, board readable", "laptop", first, "network-swapped", stopped, quiet},
	{"network card swapped, board not readable", "server", first, "network-swapped", stopped, stopped},
	{"network card swapped, board says nothing", "desktop", first, "network-swapped", stopped, stopped},
	{"disk moved into another computer of the same model", "laptop", first, "disk-moved", stopped, stopped},
	{"disks moved into another server of the same model", "server", first, "disk-moved", stopped, stopped},
	{"physical computer became virtual", "laptop", first, "became-virtual", stopped, asked},
	{"\"Default string\" serials throughout", "desktop", first, "", same, same},
	{"other filler texts after a firmware update", "desktop", first, "other-filler", same, same},
	{"back to an earlier configuration", "laptop", []string{"", "memory-added"}, "", knownAgain, same},
	{"back to an earlier disk", "laptop", []string{"", "disk-swapped"}, "", knownAgain, knownAgain},
}
