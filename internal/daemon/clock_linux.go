package daemon

import "golang.org/x/sys/unix"

// clockSynchronized asks the kernel whether something keeps this machine's clock
// (adjtimex, STA_UNSYNC); known is false where it does not say.
func clockSynchronized() (synchronized, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return false, false
	}
	return state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, true
}
