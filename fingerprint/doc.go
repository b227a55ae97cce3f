// Package fingerprint says what this computer is: it reads components, puts
// them in canonical order, digests them under a key, and names what changed.
//
// What belongs here: reading a computer through a [Source] without
// administrator rights and without starting programs, the rules that tell a
// value from a placeholder, the canonical form, keyed digests and drift. What
// does not: deciding whether a change matters (the server's policy), keeping
// anything (the app), and sentences for people (assets/translations; a Change
// names keys only). It imports nothing of ours.
//
// The exact list of what is read, from where and why is docs/fingerprint.md.
package fingerprint
