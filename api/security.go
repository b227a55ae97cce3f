package api

// Security says where an account's codes go. GET /v1/devices/{id}/security; the
// device must be activated.
type Security struct {
	// Channel is where codes go now: email, sms or voice.
	Channel string `json:"channel"`
	// Next is what Channel will be for the next challenge, where one is open now.
	Next string `json:"next,omitempty"`
	// Ways are all enrolled channels.
	Ways []Way `json:"ways"`
	// Phones says whether this server can send to phones, and how: sms, voice.
	Phones []string `json:"phones,omitempty"`
	// EnrolStopped says that too many wrong codes from strangers stopped the
	// enrolment of new computers, RFC 3339; POST …/enrol-stop/lift ends that.
	EnrolStopped string `json:"enrol_stopped,omitempty"`
}

// Way is one enrolled way for codes. There is no address in it that is not
// masked.
type Way struct {
	Channel     string `json:"channel"`
	Destination string `json:"destination"` // k•••@m•••.org, +84 ••• ••47
	// InUse says that codes go there now.
	InUse bool `json:"in_use,omitempty"`
	// Failing says that the last message was refused for good or came back, in the
	// provider's words without addresses.
	Failing string `json:"failing,omitempty"`
	// Paused is until when nothing goes there, RFC 3339.
	Paused string `json:"paused,omitempty"`
}

// ChannelRequest asks that codes go elsewhere. POST …/security/channel. It opens a
// challenge (reason channel) whose code goes where codes go now; its answer makes
// the change, which holds from the next challenge. Errors: step_up,
// channel_not_enrolled, challenge_open, not_activated.
type ChannelRequest struct {
	Channel  string `json:"channel"` // email, sms, voice
	Password string `json:"password"`
}

// PhoneRequest enrols a phone. POST …/security/phones. It opens a challenge
// (reason phone) whose code goes to that phone; its answer makes the number
// verified. It changes nothing about where codes go. Errors: step_up,
// phone_refused, country_refused, too_many_requests, challenge_open, not_activated.
type PhoneRequest struct {
	// Number is international: + and 8 to 15 digits (E.164); spaces and dashes do
	// not matter.
	Number string `json:"number"`
	// Voice asks for a call in the place of a text message.
	Voice    bool   `json:"voice,omitempty"`
	Password string `json:"password"`
}

// NoPhoneRequest removes the phone. POST …/security/phones/remove; codes go to the
// e-mail address again. Only ever restricts, so the password is enough. The reply
// is a Security.
type NoPhoneRequest struct {
	Password string `json:"password"`
}

// TestRequest sends a test message, without a code, over an enrolled channel. POST
// …/security/tests; it counts as a send. The reply is a Delivery.
type TestRequest struct {
	Channel string `json:"channel"`
}

// EmailRequest gives the address again after the server lost it with its master
// key (DeviceReply.ContactLost); refused with not_found where nothing was lost.
// POST …/security/email. It opens a challenge (reason email) whose code goes to
// that address.
type EmailRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	// Issuer is as in CheckInRequest.
	Issuer string `json:"issuer,omitempty"`
}

// LiftRequest lets the account enrol new computers again. POST
// …/security/enrol-stop/lift; the reply is a Security.
type LiftRequest struct{}
