// Package remote is the server as the client reaches it: signed requests over
// HTTP, retries that cannot do a thing twice, and replies turned into results or
// *api.Error.
//
// What belongs here: addresses, transport, signing of each attempt, retries, the
// mapping of problems and failures to codes. What does not: when to ask what,
// files, keys at rest, sentences.
package remote
