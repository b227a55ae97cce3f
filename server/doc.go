// Package server holds the rules of the activation server: what an account, a
// device, a snapshot, a challenge, a code, a release and a certificate are, and
// what may happen to them.
//
// What belongs here: judging changes, the chain, codes, limits, the audit log,
// the outbox's rows, and the interface to storage that they need (Store). What
// does not: SQL (store), HTTP (httpapi), sending (deliver), pages (web), reading
// the clock or the disk. Time, randomness, storage and the master key are passed
// in through Config.
//
// Every write is one transaction of the Store, which may run the function more
// than once: nothing outside the transaction changes until it has committed.
package server
