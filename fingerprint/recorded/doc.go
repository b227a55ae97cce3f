// Package recorded is a recorded computer as a source: a directory that holds
// the files of a computer where the computer has them, links included, and
// that reads exactly like the live one.
//
// What belongs here: the directory as a [fingerprint.Source], its packed form
// (txtar) and a few small samples of our own making with their variants. What
// does not: the reading itself, and anything that a released program needs;
// programs import it only under the build tag "recorded".
//
// # The directory
//
// On Linux it is a root: sys, proc, etc, run/udev, var/lib/dpkg as they are.
// Links are followed inside the directory, absolute ones from its top. A file
// named .holdfast-recorded.json (see [Manifest]) names the platform and the
// files that the recording user could not read, so that a test run as root
// meets the same closed doors.
//
// On Windows it holds what the calls answered: registry.reg, a text that
// regedit exported, brought to UTF-8, of HKEY_LOCAL_MACHINE; files in
// registry.d, laid over it in the order of their names as an import does;
// smbios.bin, what GetSystemFirmwareTable gave; volume.json, disks.json,
// adapters.json, devices.json (by enumerator) and system.json (memory, TPM,
// versions of files), which are the types of [fingerprint.Windows].
//
// # The packed form
//
// One txtar file. A name is percent-encoded where it has a colon, a percent
// sign, a blank or an @ (0000:00:02.0 is 0000%3A00%3A02.0: Go module archives
// and Windows checkouts break on colons). A mark after the name and a blank
// says what it is:
//
//	-- etc/machine-id --                     a text file
//	-- sys/class/net/eth0 @link --           a link; the content is its target
//	-- sys/block/sda/device/vpd_pg80 @hex -- bytes in hexadecimal, blanks free
//	-- etc/hostname @bare --                 a text file without its last line end
//	-- sys/class/dmi/id/product_uuid @closed -- a file that nobody but root may read
//	-- sys/firmware/dmi/tables/DMI @hex,closed -- both
//	-- run/holdfast/tags.json @loose -- a file that others than root may change
//	-- run/empty @dir --                     an empty directory
//	-- etc/machine-id @gone --               in a variant: what is no longer there
//
// # Samples and variants
//
// [Names] lists the samples, [Variants] the variants of one. A variant is a
// second txtar that is laid over the sample: what it holds replaces, @gone
// removes. The variant "" is the sample itself; the comment at the top of each
// file says what happened.
//
//	laptop   a Dell notebook with NVIDIA graphics, the board readable:
//	         driver-update, many-updates, memory-added, firmware-flaps,
//	         firmware-update, disk-swapped, reinstalled, board-swapped,
//	         network-swapped, disk-moved, became-virtual, board-closed, and what never
//	         counts: usb-network, dock, vpn, docker-bridge, usb-stick,
//	         suspend-resume
//	desktop  an ASRock board with "Default string" throughout: disk-order,
//	         other-filler, network-swapped, memory-added
//	server   the board closed to users, / on a mirror: driver-update,
//	         network-swapped, board-swapped, disk-swapped, disk-moved,
//	         memory-added; with tags of the root service: root-tags,
//	         root-tags-moved, root-tags-broken, root-tags-loose
//	vm       a KVM guest: memory-added, disk-swapped, driver-update
//
//	windows-laptop   a Lenovo notebook, hybrid graphics, an agent:
//	                 driver-update, many-updates, feature-update, memory-added,
//	                 firmware-flaps, firmware-update, disk-swapped, reinstalled,
//	                 board-swapped, disk-moved, network-swapped, agent-removed,
//	                 and what never counts: dock, undocked-traces, usb-network,
//	                 usb-stick, vpn, adapter-disabled, hypervisor-enabled,
//	                 other-order, in-german, in-vietnamese
//	windows-desktop  a board full of fillers, Windows on an array that is the
//	                 second disk: disk-order, other-filler, disk-swapped,
//	                 reinstalled, network-swapped, memory-added, disk-moved,
//	                 truncated-table
//	windows-vm       a guest of Hyper-V: memory-added, disk-swapped,
//	                 driver-update, copied, migrated
//
//	mac-laptop   Apple's processor, storage on the board: os-update, app-updates,
//	             reinstalled, board-swapped, agent-removed, and what never
//	             counts: dock, usb-network, vpn, private-wifi-address
//	mac-desktop  Intel's processor, disk and memory can be exchanged: os-update,
//	             memory-added, disk-swapped, reinstalled, board-swapped,
//	             disk-moved, and dock, which never counts
//	mac-vm       a guest of Apple's own framework: memory-added, cloned
//
// The call
//
//	recorded.UnpackVariant("laptop", "driver-update", dir)
//
// makes the directory of one; the variant "" is the sample itself.
package recorded
