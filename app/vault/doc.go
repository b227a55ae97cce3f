// Package vault is the bound vault: one encrypted file of a person's keys that
// opens with the keyring's secret and either the same computer or the server's
// share. There is no check to remove: without those parts there is no key.
//
// What belongs here: the file's format and keys, what of a snapshot is bound
// and how, slots, the entries, the labels that name drift while the vault is
// locked, the passphrase backup, and the estimate of what the binding is worth.
// What does not: where the parts come from (keyring, server, computer), when a
// slot may be added, and the profile's lock: whoever changes a vault holds it.
//
// docs/vault.md describes format and claims for a reviewer.
package vault
