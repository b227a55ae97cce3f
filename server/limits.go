package server

import (
	"fmt"
	"strings"
	"time"
)

// Limits are all limits and lifetimes, in one place. Table gives their ranges
// and reasons.
type Limits struct {
	EmailCodeLife        time.Duration
	EmailCodeMost        time.Duration
	TriesPerChallenge    int
	FailuresPerDay       int
	StrangerFailures     int
	TryDelayFrom         int
	TryDelay             time.Duration
	TryDelayMost         time.Duration
	SendPause1           time.Duration
	SendPause2           time.Duration
	SendPause3           time.Duration
	SendPause4           time.Duration
	SendsPerHour         int
	SendsPerDay          int
	SignInAccountHour    int
	SignInAddressHour    int
	RegisterHour         int
	PasswordShortest     int
	PendingDevices       int
	ActiveDevices        int
	SnapshotsPerDay      int
	ReleasesPerDay       int
	RotationsPerDay      int
	KeyClaimsPerDay      int
	Configurations       int
	ReleasesInWindow     int
	AnnouncementsPerDay  int
	WindowLongest        time.Duration
	WindowAhead          time.Duration
	CertificateLife      time.Duration
	NonceKept            time.Duration
	IdempotencyLife      time.Duration
	PendingLife          time.Duration
	HoldNewDevice        time.Duration
	HoldClone            time.Duration
	HoldChip             time.Duration
	MessageLease         time.Duration
	PhoneCodeLife        time.Duration
	PhoneCodeMost        time.Duration
	PhoneSendsTenMinutes int
	PhoneSendsHour       int
	PhoneSendsDay        int
	PhoneNoticesDay      int
	PrefixSendsHour      int
	CountrySendsDay      int
	CountryTyped         int
	CountryJudgedFrom    int
	CountriesPerSource   int
	PhoneSourceHour      int
	PhonesPerDay         int
	StepUpHour           int
	PhoneCoolOff         time.Duration
	FailingLife          time.Duration
	HoldContact          time.Duration
	LinkLife             time.Duration
	LinkPause            time.Duration
}

// Parameter is one row of the table of limits.
type Parameter struct {
	Name     string
	What     string
	Value    any // int or time.Duration
	Min, Max any
}

const day = 24 * time.Hour

// DefaultLimits are the limits that hold where nothing else is configured.
func DefaultLimits() Limits {
	return Limits{
		EmailCodeLife: time.Hour, EmailCodeMost: day,
		TriesPerChallenge: 5, FailuresPerDay: 10, StrangerFailures: 100,
		TryDelayFrom: 4, TryDelay: 30 * time.Second, TryDelayMost: time.Hour,
		SendPause1: time.Minute, SendPause2: 2 * time.Minute, SendPause3: 5 * time.Minute, SendPause4: 15 * time.Minute,
		SendsPerHour: 5, SendsPerDay: 10,
		SignInAccountHour: 10, SignInAddressHour: 30, RegisterHour: 20, PasswordShortest: 15,
		PendingDevices: 3, ActiveDevices: 10, SnapshotsPerDay: 20, ReleasesPerDay: 3, RotationsPerDay: 3, KeyClaimsPerDay: 3, Configurations: 5,
		ReleasesInWindow: 20, AnnouncementsPerDay: 5, WindowLongest: 31 * day, WindowAhead: 366 * day,
		CertificateLife: 30 * day, NonceKept: 300 * time.Second, IdempotencyLife: day, PendingLife: 3 * day,
		HoldNewDevice: day, HoldClone: 3 * day, HoldChip: 3 * day, MessageLease: 2 * time.Minute,
		PhoneCodeLife: 10 * time.Minute, PhoneCodeMost: time.Hour, PhoneSendsTenMinutes: 3, PhoneSendsHour: 5, PhoneSendsDay: 10,
		PhoneNoticesDay: 3, PrefixSendsHour: 20, CountrySendsDay: 1000, CountryTyped: 20, CountryJudgedFrom: 50,
		CountriesPerSource: 5, PhoneSourceHour: 20, PhonesPerDay: 5, StepUpHour: 10, PhoneCoolOff: 3 * day,
		FailingLife: 7 * day, HoldContact: 3 * day, LinkLife: 7 * day, LinkPause: day,
	}
}

// Table lists every limit with its value, its range and what it means.
func (l Limits) Table() []Parameter {
	return []Parameter{
		{"EmailCodeLife", "how long an e-mailed code works, from its first hand-over", l.EmailCodeLife, 20 * time.Minute, 2 * time.Hour},
		{"EmailCodeMost", "how long after it was made a code works at most, handed over or not", l.EmailCodeMost, 2 * time.Hour, 2 * day},
		{"TriesPerChallenge", "wrong codes that close a challenge", l.TriesPerChallenge, 3, 5},
		{"FailuresPerDay", "wrong codes in 24 hours that pause their source for 24 hours: a computer that was once active, or all new computers of an account and channel", l.FailuresPerDay, 5, 10},
		{"StrangerFailures", "consecutive wrong codes from new computers after which a channel enrols none until an active computer lifts it", l.StrangerFailures, 10, 100},
		{"TryDelayFrom", "the consecutive wrong code from which tries are delayed", l.TryDelayFrom, 1, 4},
		{"TryDelay", "the first delay between tries; it doubles", l.TryDelay, 10 * time.Second, 10 * time.Minute},
		{"TryDelayMost", "the longest delay between tries", l.TryDelayMost, 10 * time.Minute, day},
		{"SendPause1", "pause after the first message of a challenge and channel", l.SendPause1, 30 * time.Second, time.Hour},
		{"SendPause2", "pause after the second", l.SendPause2, 30 * time.Second, time.Hour},
		{"SendPause3", "pause after the third", l.SendPause3, 30 * time.Second, time.Hour},
		{"SendPause4", "pause after every later one", l.SendPause4, 30 * time.Second, 2 * time.Hour},
		{"SendsPerHour", "codes sent to one address in an hour; new computers get half, rounded up; those that would confirm it are as many, counted apart", l.SendsPerHour, 2, 20},
		{"SendsPerDay", "codes sent to one address in 24 hours, counted the same way", l.SendsPerDay, 2, 50},
		{"SignInAccountHour", "password sign-ins in an hour per account; those from where a computer of it was activated lately are counted apart", l.SignInAccountHour, 3, 100},
		{"SignInAddressHour", "password sign-ins in an hour per IPv4 address or IPv6 /64", l.SignInAddressHour, 3, 10_000},
		{"RegisterHour", "registrations in an hour per IPv4 address or IPv6 /64", l.RegisterHour, 1, 10_000},
		{"PasswordShortest", "characters of the shortest password", l.PasswordShortest, 15, 64},
		{"PendingDevices", "computers of an account that wait for their code", l.PendingDevices, 1, 10},
		{"ActiveDevices", "activated computers of an account", l.ActiveDevices, 1, 100},
		{"SnapshotsPerDay", "different unknown snapshots of a computer in a day (UTC)", l.SnapshotsPerDay, 5, 100},
		{"ReleasesPerDay", "releases of the server's share without a code in 24 hours per computer", l.ReleasesPerDay, 1, 10},
		{"RotationsPerDay", "new shares made in 24 hours per computer because its owner wished a new master key", l.RotationsPerDay, 1, 10},
		{"KeyClaimsPerDay", "requests in 24 hours to replace the key of one computer, right or wrong", l.KeyClaimsPerDay, 1, 10},
		{"Configurations", "known configurations kept of a computer", l.Configurations, 1, 5},
		{"ReleasesInWindow", "releases of the server's share without a code in 24 hours per computer while a change window of IT's is open for it; they do not count as the others do", l.ReleasesInWindow, 3, 50},
		{"AnnouncementsPerDay", "changes of hardware that may be announced in 24 hours per computer", l.AnnouncementsPerDay, 1, 20},
		{"WindowLongest", "how long a change window of IT's may stay open", l.WindowLongest, day, 90 * day},
		{"WindowAhead", "how far ahead a change window of IT's may begin", l.WindowAhead, day, 366 * day},
		{"CertificateLife", "how long an activation certificate holds", l.CertificateLife, day, 90 * day},
		{"NonceKept", "how long after its creation a request's nonce is kept; the signature's window", l.NonceKept, 300 * time.Second, 600 * time.Second},
		{"IdempotencyLife", "how long a write may be repeated under its idempotency key", l.IdempotencyLife, time.Hour, 7 * day},
		{"PendingLife", "how long an account or computer waits for its first code, from its last check-in", l.PendingLife, day, 30 * day},
		{"HoldNewDevice", "hold on sensitive actions after a new or changed computer was activated", l.HoldNewDevice, day, 30 * day},
		{"HoldClone", "hold on sensitive actions after two copies of one computer checked in", l.HoldClone, 3 * day, 30 * day},
		{"HoldChip", "hold on sensitive actions after a key that a chip held was replaced", l.HoldChip, 3 * day, 30 * day},
		{"MessageLease", "how long a worker has for one message before another may take it", l.MessageLease, 30 * time.Second, time.Hour},
		{"PhoneCodeLife", "how long a code works that was sent to a phone, from its first hand-over", l.PhoneCodeLife, 2 * time.Minute, 10 * time.Minute},
		{"PhoneCodeMost", "how long after it was made a code for a phone works at most, handed over or not", l.PhoneCodeMost, 10 * time.Minute, day},
		{"PhoneSendsTenMinutes", "codes to one phone in ten minutes, over all accounts; calls half; others than the owner of the phone, on a computer that was once active, half", l.PhoneSendsTenMinutes, 1, 10},
		{"PhoneSendsHour", "codes to one phone in an hour, counted the same way", l.PhoneSendsHour, 2, 20},
		{"PhoneSendsDay", "codes to one phone in 24 hours, counted the same way", l.PhoneSendsDay, 2, 50},
		{"PhoneNoticesDay", "notices by text message to one phone in 24 hours of what somebody tries, and as many of what happened; those that it was changed where codes go are never held back", l.PhoneNoticesDay, 1, 20},
		{"PrefixSendsHour", "codes in an hour to the phones whose numbers differ in the last four digits only; calls half, others half; what the owner of a phone has sent there within an hour counts once", l.PrefixSendsHour, 2, 10_000},
		{"CountrySendsDay", "codes to the phones of one country in 24 hours; others half", l.CountrySendsDay, 10, 1_000_000},
		{"CountryTyped", "of 100 codes to the phones of a country in 24 hours, how many must be typed, or no more go there; owners and others are judged apart, and of an owner one code that was not typed counts in 24 hours", l.CountryTyped, 1, 80},
		{"CountryJudgedFrom", "codes to a country in 24 hours from which that is judged", l.CountryJudgedFrom, 10, 10_000},
		{"CountriesPerSource", "countries whose phones one IPv4 address or IPv6 /64 may have codes sent to in 24 hours", l.CountriesPerSource, 1, 100},
		{"PhoneSourceHour", "codes to phones in an hour that one IPv4 address or IPv6 /64 causes and that are not their owners'", l.PhoneSourceHour, 1, 10_000},
		{"PhonesPerDay", "requests in 24 hours per account to enrol a phone", l.PhonesPerDay, 1, 20},
		{"StepUpHour", "passwords typed in an hour per computer to change where codes go", l.StepUpHour, 3, 100},
		{"PhoneCoolOff", "how long after it was enrolled a phone waits for its first codes, unless a code confirmed it on the way in use before", l.PhoneCoolOff, day, 30 * day},
		{"FailingLife", "how long another enrolled way is preferred after one refused for good", l.FailingLife, day, 30 * day},
		{"HoldContact", "hold on sensitive actions after it was changed where codes go", l.HoldContact, 3 * day, 30 * day},
		{"LinkLife", "how long the link in a message works by which its owner says that it was somebody else", l.LinkLife, day, 30 * day},
		{"LinkPause", "how long such a link shuts a computer out", l.LinkPause, day, 7 * day},
	}
}

// Check refuses limits outside their ranges.
func (l Limits) Check() error {
	for _, p := range l.Table() {
		if number(p.Value) < number(p.Min) || number(p.Value) > number(p.Max) {
			return fmt.Errorf("server: limit %s is %s; it must be from %s to %s", p.Name, Show(p.Value), Show(p.Min), Show(p.Max))
		}
	}
	return nil
}

func number(v any) int64 {
	if d, ok := v.(time.Duration); ok {
		return int64(d)
	}
	n, _ := v.(int)
	return int64(n)
}

// Show writes a limit's value for people: 90 s, 15 min, 72 h, 30 d, or a number.
func Show(v any) string {
	d, ok := v.(time.Duration)
	if !ok {
		return fmt.Sprint(v)
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if d >= u.unit && d%u.unit == 0 {
			return fmt.Sprintf("%d %s", d/u.unit, u.name)
		}
	}
	return strings.TrimSpace(d.String())
}

// sendPause is the pause after the n-th message (from 1) of a challenge and channel.
func (l Limits) sendPause(n int) time.Duration {
	pauses := []time.Duration{l.SendPause1, l.SendPause2, l.SendPause3, l.SendPause4}
	return pauses[min(max(n, 1), len(pauses))-1]
}

// tryDelay is the wait after the n-th consecutive wrong code.
func (l Limits) tryDelay(n int) time.Duration {
	if n < l.TryDelayFrom {
		return 0
	}
	d := l.TryDelay
	for i := l.TryDelayFrom; i < n && d < l.TryDelayMost; i++ {
		d *= 2
	}
	return min(d, l.TryDelayMost)
}

// half is what computers that were never active may use of a limit.
func half(n int) int { return (n + 1) / 2 }
