// Package keystore keeps a profile's few small secrets where the operating
// system keeps secrets: Secret Service, Keychain or Credential Manager, every
// call in a goroutine of its own and behind a deadline. The named fallback is
// a file under a passphrase; nothing is ever kept in plain text.
//
// What belongs here: those two stores, the deadline, telling locked, absent
// and hanging apart, and the check that a secret that was written can be read
// back. What does not: what the secrets are for, making them, and the vault.
package keystore
