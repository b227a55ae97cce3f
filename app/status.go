package app

import "github.com/seed-1feef0b2/holdfast/api"

// Status is everything that a person, the window or a script is told: the JSON
// of "holdfastctl status --json". Times are RFC 3339 UTC.
type Status struct {
	State State `json:"state"`
	// Server is "reachable" or "away": how the last request ended. It is "away"
	// before the first.
	Server  string `json:"server"`
	Account string `json:"account"` // 12 digits, or empty
	Device  string `json:"device"`  // the name that messages show, or empty
	// Challenge is the open challenge, nil where there is none.
	Challenge *Challenge `json:"challenge"`
	// Certificate is the stored and verified certificate, nil where there is none.
	Certificate *Certificate `json:"certificate"`
	// Drift lists what differs from the last activation, heaviest first.
	Drift []Drift `json:"drift"`
	// Accepted lists what the last check-in of this run accepted without a code.
	Accepted []Drift `json:"accepted,omitempty"`
	// Keystore is where this computer's keys are: secret-service, keychain,
	// credential-manager or passphrase-file; empty where it cannot be said.
	Keystore string `json:"keystore"`
	// Binding says what opens the vault here, nil before there is a vault.
	Binding *Binding `json:"binding"`
	// Keys is what may be done with the keys.
	Access Access `json:"access"`
	// Warnings are translation keys of sentences without fields, weightiest first.
	Warnings []string `json:"warnings"`
	// HoldUntil is the end of the longest hold on sensitive actions, or empty.
	HoldUntil string `json:"hold_until,omitempty"`
	// Checked is when the server last judged this computer, or empty.
	Checked string `json:"checked,omitempty"`
	// ServerURL is the server's address, or empty.
	ServerURL string `json:"server_url,omitempty"`
	// Windows are the change windows that hold for this computer, open or to come.
	Windows []Window `json:"windows,omitempty"`
	// Flags are what the last judged drift raised; see the Flag constants of api.
	Flags []string `json:"flags,omitempty"`
	// ContactLost says that the server lost the account's address: it must be given
	// again before any code can be sent.
	ContactLost bool `json:"contact_lost,omitempty"`
	// NewKeys says that the server signs with keys for which nothing that this computer
	// pinned vouches: it takes nothing new from it until the owner gives the address.
	NewKeys bool `json:"new_keys,omitempty"`
	// Rotating says that the vault is to get a new master key, or has it and the
	// server was not told yet.
	Rotating bool `json:"rotating,omitempty"`
	// Chip is what holds the device key beside the keyring (api.HardwareTPM), or
	// empty. ChipTrouble is what is wrong with it, an api.CodeChip*, or empty.
	Chip        string `json:"chip,omitempty"`
	ChipTrouble string `json:"chip_trouble,omitempty"`
}

// Unreachable says that no code for the open challenge can reach anybody: the address
// is lost, and the challenge is not the one that gives it again.
func (s Status) Unreachable() bool {
	return s.ContactLost && s.Challenge != nil && s.Challenge.Reason != api.ReasonEmail
}

// Window is a change window: a time in which listed drift needs no code.
type Window struct {
	ID string `json:"id"`
	// Origin is "it" or "person".
	Origin string   `json:"origin"`
	Kinds  []string `json:"kinds"`
	Groups []string `json:"groups"`
	Flags  []string `json:"flags"`
	From   string   `json:"from"` // RFC 3339 UTC
	To     string   `json:"to"`   // RFC 3339 UTC
	Note   string   `json:"note,omitempty"`
}

// Values of Status.Server.
const (
	ServerReachable = "reachable"
	ServerAway      = "away"
)

// Challenge is an open challenge as the person is told of it. See api.Challenge
// for its fields; State tells an open one from one that expired or was locked.
type Challenge struct {
	Reference   string     `json:"reference"`
	State       string     `json:"state"`
	Reason      string     `json:"reason"`
	Channel     string     `json:"channel"`
	Destination string     `json:"destination"`
	Expires     string     `json:"expires"`
	NextSend    string     `json:"next_send"`
	NextTry     string     `json:"next_try,omitempty"`
	TriesLeft   int        `json:"tries_left"`
	Deliveries  []Delivery `json:"deliveries"`
	Opened      string     `json:"opened"`
	CodeKind    string     `json:"code_kind"`
	CodeLength  int        `json:"code_length"`
	Sender      string     `json:"sender,omitempty"`
	Subject     string     `json:"subject,omitempty"`
	Outbox      string     `json:"outbox,omitempty"`
	// Ways are all enrolled ways that the code may be sent by, the one in use first.
	Ways []Way `json:"ways,omitempty"`
}

// Way is one enrolled way for codes; its destination is masked.
type Way struct {
	Channel     string `json:"channel"` // email, sms, voice
	Destination string `json:"destination"`
	InUse       bool   `json:"in_use"`
	// Failing is why the last message failed for good, in the provider's words;
	// Paused until when nothing goes there, RFC 3339. Both may be empty.
	Failing string `json:"failing,omitempty"`
	Paused  string `json:"paused,omitempty"`
}

// Delivery is one message and what became of it.
type Delivery struct {
	Channel   string `json:"channel"`
	State     string `json:"state"`
	At        string `json:"at"`
	Detail    string `json:"detail"`
	NextTry   string `json:"next_try,omitempty"`
	MessageID string `json:"message_id,omitempty"`
	// Destination is masked; empty where it is the challenge's.
	Destination string `json:"destination,omitempty"`
}

// Certificate is the activation certificate as the person is told of it.
type Certificate struct {
	Expires   string `json:"expires"`
	Policy    string `json:"policy"` // strict, balanced, managed
	Assurance string `json:"assurance"`
}

// Drift is one thing that differs from the last activation. Before and After are
// models and versions, empty where only the kind is known: identifiers are never
// kept.
type Drift struct {
	Class  string `json:"class"`
	Kind   string `json:"kind"`
	Change string `json:"change"` // changed, added, removed, unreadable, readable
	Before string `json:"before"`
	After  string `json:"after"`
	// Count is how many members of a set changed this way; at least 1.
	Count int `json:"count,omitempty"`
}

// Binding says what opens the vault on this computer: the keyring together with
// the exact values of these kinds.
type Binding struct {
	Policy string   `json:"policy"`
	Kinds  []string `json:"kinds"`
	// Slots is how many activated configurations of this computer open it, 1 to 5.
	Slots int `json:"slots"`
	// Chip says that a TPM or Secure Enclave is part of it.
	Chip bool `json:"chip"`
}
