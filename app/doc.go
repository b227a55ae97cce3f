// Package app is the client: it reads facts (files of a profile, the keyring,
// this computer, what the server said last), derives one state from them, and
// offers the use cases that window and command line share.
//
// What belongs here: facts and the state derived from them, the order of writes
// of every use case, the files of a profile, the checks of what the server
// signed, and the words for what changed. What does not: windows, terminals,
// SQL, the server's rules, how the vault is sealed (app/vault), how a keyring is
// asked (app/keystore), how a request travels (app/remote).
//
// A profile is one directory:
//
//	identity.json  who this computer is: account, device, server, pinned issuers
//	state.json     what the server said last: policy, certificate, challenge
//	chain.json     the chain pair, fsynced before it is sent
//	vault.hf       the bound vault
//	labels.hf      models and versions as of the last activation, sealed
//	chip.json      keys in a security chip, sealed by it; only where one holds them
//	settings.json  language and appearance
//	lock           held by whoever writes, window or command line
package app
