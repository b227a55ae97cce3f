package smpp

import "fmt"

// Statuses (section 5.1.3) that make a difference to us.
const (
	StatusOK          uint32 = 0x00
	StatusUnknown     uint32 = 0x03 // a command that is not known
	StatusQueueFull   uint32 = 0x14
	StatusThrottled   uint32 = 0x58
	StatusLater       uint32 = 0x64 // the receiver cannot now; the centre tries again
	statusBound       uint32 = 0x05
	statusAddress     uint32 = 0x0b
	statusTON         uint32 = 0x50
	statusNPI         uint32 = 0x51
	statusBindFailed  uint32 = 0x0d
	statusPassword    uint32 = 0x0e
	statusSystem      uint32 = 0x0f
	statusNotAccepted uint32 = 0x45
)

// StatusError is a refusal by the message centre.
type StatusError struct{ Status uint32 }

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("status 0x%02x%s", e.Status, words(e.Status))
}

// Throttled says that the centre wants fewer messages at a time.
func (e *StatusError) Throttled() bool {
	return e.Status == StatusThrottled || e.Status == StatusQueueFull
}

// Recipient says that the centre refused whom the message is for.
func (e *StatusError) Recipient() bool {
	return e.Status == statusAddress || e.Status == statusTON || e.Status == statusNPI
}

// Bound says that the centre has a connection of this account already and takes no
// second one.
func (e *StatusError) Bound() bool { return e.Status == statusBound }

func words(status uint32) string {
	w := map[uint32]string{
		StatusThrottled: "too many messages at a time", StatusQueueFull: "its queue is full", statusAddress: "no such number",
		statusTON: "no such kind of number", statusNPI: "no such kind of number", statusBindFailed: "the sign-in failed",
		statusPassword: "the password is wrong", statusSystem: "the account is not known", statusNotAccepted: "not taken",
		statusBound: "connected already",
	}[status]
	if w == "" {
		return ""
	}
	return ": " + w
}
