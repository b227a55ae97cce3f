package fingerprint

import (
	"io/fs"
	"os/exec"
)

// genuineIoreg is where macOS keeps the tool that machineid starts by its bare
// name.
const genuineIoreg = "/usr/sbin/ioreg"

// toolsAreGenuine refuses to ask through a PATH that leads somewhere else: any
// user can put a program named ioreg in front of the real one.
func toolsAreGenuine() error {
	p, err := exec.LookPath("ioreg")
	if err == nil && p != genuineIoreg {
		err = fs.ErrPermission
	}
	return err
}
