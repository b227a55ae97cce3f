// Package modeltest runs the client's procedures, in the order of writes that
// docs/vault.md fixes, against three stores that may each fail at any step: the
// keyring, the files and the server. The vault, the keystore's steps and the
// disk are the real ones; client and server are small models without HTTP, so
// that every single failure and many pairs of them can be tried.
//
// What belongs here: the model client, the model server, the failures, and
// what must hold after each. What does not: the real client and server, whose
// own tests kill them at every write.
package modeltest
