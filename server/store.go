package server

import (
	"context"
	"errors"
)

// ErrNotFound is what a Tx gives for a row that is not there; ErrExists for one
// that already is, under a unique constraint. After ErrExists the transaction
// is spent: the function must return it.
var (
	ErrNotFound = errors.New("server: not found")
	ErrExists   = errors.New("server: exists already")
)

// Store keeps what the server knows. A write is one serializable transaction:
// the function may run several times, and nothing is kept unless it returns nil
// and the commit succeeds.
type Store interface {
	Write(ctx context.Context, fn func(Tx) error) error
	Read(ctx context.Context, fn func(Tx) error) error
	Ping(ctx context.Context) error
}

// Tx is one transaction, by object.
type Tx interface {
	Accounts
	Devices
	Configurations
	ChangeWindows
	Challenges
	Messages
	Counters
	Proofs
	Trail
	Roots
	Staff
	Secrets
	Keys
}

// Accounts keeps accounts and their contacts.
type Accounts interface {
	AddAccount(Account) error
	Account(number string) (Account, error)
	SaveAccount(Account) error
	AddContact(Contact) error
	Contact(id string) (Contact, error)
	ContactOf(account, channel string) (Contact, error)
	// VerifiedContact finds the contact that is verified under a blind index.
	VerifiedContact(blind []byte) (Contact, error)
	SaveContact(Contact) error
	// ContactsOf lists an account's contacts that were not removed, in
	// no order.
	ContactsOf(account string) ([]Contact, error)
	// WipeContacts forgets the addresses of contacts removed before a time and says
	// of how many.
	WipeContacts(removed int64) (int, error)
}

// Devices keeps devices, and the keys that once were theirs.
type Devices interface {
	AddDevice(Device) error
	Device(id string) (Device, error)
	DeviceByKey(keyid string) (Device, error)
	DevicesOf(account string) ([]Device, error)
	SaveDevice(Device) error
	RemoveDevice(id string) error
	AddRevokedKey(RevokedKey) error
	RevokedKey(keyid string) (RevokedKey, error)
	// AddKeyRequest gives ErrExists where the device has one; SaveKeyRequest
	// changes it.
	AddKeyRequest(KeyRequest) error
	SaveKeyRequest(KeyRequest) error
	KeyRequest(device string) (KeyRequest, error)
	KeyRequestByKey(keyid string) (KeyRequest, error)
	RemoveKeyRequest(device string) error
	AddHold(Hold) error
	// HoldEnd is the end of the account's longest hold that ends after a time;
	// zero where there is none.
	HoldEnd(account string, after int64) (int64, error)
}

// Configurations keeps the activated configurations of devices.
type Configurations interface {
	// ConfigurationBySum finds the configuration whose activated or moved
	// snapshot has a sum. Its snapshots are not loaded.
	ConfigurationBySum(device string, sum []byte) (Configuration, error)
	// ConfigurationsOf lists them with their snapshots, the latest used first.
	ConfigurationsOf(device string) ([]Configuration, error)
	// ConfigurationHeads is the same list without any snapshot.
	ConfigurationHeads(device string) ([]Configuration, error)
	AddConfiguration(Configuration) error
	// MoveConfiguration saves the moved snapshot and when it was used.
	MoveConfiguration(Configuration) error
	// TouchConfiguration saves when it was used.
	TouchConfiguration(id string, used int64) error
	RemoveConfiguration(id string) error
}

// ChangeWindows keeps change windows, and what is announced until its code is
// typed.
type ChangeWindows interface {
	// AddWindow gives ErrExists for a second one announced for a device.
	AddWindow(Window) error
	Window(id string) (Window, error)
	// EndWindow saves when a window ended before its time.
	EndWindow(id string, at int64) error
	// WindowsFor lists the windows that have neither ended nor passed at a time and
	// that are a device's, its account's, or everyone's.
	WindowsFor(account, device string, at int64) ([]Window, error)
	// ITWindows lists those of IT's, of every account where account is empty.
	ITWindows(account string, at int64) ([]Window, error)
	// Announced is the window that a person announced for a device and that has
	// not ended, though its time may have passed.
	Announced(device string) (Window, error)
	AddAnnouncement(Announcement) error
	Announcement(challenge string) (Announcement, error)
}

// Challenges keeps challenges and the epochs of their codes.
type Challenges interface {
	AddChallenge(Challenge) error
	Challenge(id string) (Challenge, error)
	ChallengeByReference(device, reference string) (Challenge, error)
	// LatestChallenge is the newest of a device.
	LatestChallenge(device string) (Challenge, error)
	// OpenChallenges lists the open ones of an account.
	OpenChallenges(account string) ([]Challenge, error)
	SaveChallenge(Challenge) error
	// ExpireChallenges ends every open one and erases its secret.
	ExpireChallenges(now int64) error
	AddEpoch(Epoch) error
	// Epochs lists the epochs of a challenge, oldest first.
	Epochs(challenge string) ([]Epoch, error)
	SaveEpoch(Epoch) error
}

// Messages is the outbox.
type Messages interface {
	AddMessage(OutboxRow) error
	OutboxRow(id int64) (OutboxRow, error)
	SaveMessage(OutboxRow) error
	// HandOver saves that a message was handed over at a time, and of the code in it
	// that its life began, unless each is so already. A message that is not there is
	// no error.
	HandOver(id, at int64, detail, provider string) error
	// MessagesOf lists the messages of a challenge, oldest first. Notices about
	// other things belong to none.
	MessagesOf(challenge string) ([]OutboxRow, error)
	// LeaseMessages leases up to n rows that are due and counts an attempt.
	LeaseMessages(worker string, now, lease int64, n int) ([]OutboxRow, error)
	// MessageByID finds a message by its Message-ID, MessageByProvider by what its
	// provider calls it; ErrNotFound.
	MessageByID(messageID string) (OutboxRow, error)
	MessageByProvider(provider string) (OutboxRow, error)
	// CancelMessages refuses the unfinished messages of a challenge.
	CancelMessages(challenge, detail string) error
	// CancelCodes refuses the unfinished messages of every challenge.
	CancelCodes(detail string) error
}

// Counters keeps the times of events, for limits.
type Counters interface {
	// Times gives the times under a key, oldest first.
	Times(key []byte) ([]int64, error)
	// SetTimes replaces them; the row may be forgotten after a time.
	SetTimes(key []byte, times []int64, forget int64) error
	// AddCountrySends adds to what a country's phones were sent in an hour;
	// CountrySends lists the hours from one on, the oldest first.
	AddCountrySends(CountrySends) error
	CountrySends(country string, hour int64) ([]CountrySends, error)
}

// Proofs keeps what makes a request count once: nonces and stored replies.
type Proofs interface {
	// AddNonce gives ErrExists for one that was used.
	AddNonce(keyid, nonce string, forget int64) error
	// SetReply replaces one that was to be forgotten.
	SetReply(StoredReply) error
	Reply(id []byte) (StoredReply, error)
	// Sweep removes what may be forgotten at a time, at most n rows of each kind,
	// and says how many that were: nonces, replies, counters.
	Sweep(now int64, n int) (int, error)
	// SweepMessages removes up to n messages that are done with, those with ids
	// below one, and the epochs of their challenges where those are closed.
	SweepMessages(before int64, n int) (int, error)
	// SweepWindows removes up to n change windows that closed before a time.
	SweepWindows(closed int64, n int) (int, error)
	// StaleAccounts lists pending accounts, StaleDevices pending devices, not
	// seen since a time.
	StaleAccounts(seen int64, n int) ([]string, error)
	StaleDevices(seen int64, n int) ([]string, error)
	// RemoveAccount removes a pending account and all that hangs on it.
	RemoveAccount(number string) error
}

// Trail is the audit log, append-only.
type Trail interface {
	AddAudit(AuditRow) error
	// History lists an account's rows with facts about one or two devices (an
	// empty id stands for the whole account) before a sequence number, newest first.
	History(account string, devices []string, before int64, n int) ([]AuditRow, error)
	// LastAudit is the newest row of an account.
	LastAudit(account string) (AuditRow, error)
	// Audit lists an account's rows after a sequence number, oldest first.
	Audit(account string, after int64, n int) ([]AuditRow, error)
}

// Secrets keeps sealed keys and the facts of the whole installation.
type Secrets interface {
	AddShare(Share) error
	// Shares lists the generations of a device's share, the oldest first.
	Shares(device string) ([]Share, error)
	RemoveShare(device string, generation int) error
	RemoveShares(device string) error
	AddIssuer(Issuer) error
	Issuers() ([]Issuer, error)
	// Fact is a number kept under a name; zero where there is none.
	Fact(name string) (int64, error)
	SetFact(name string, value int64) error
}
