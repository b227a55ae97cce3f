// Package mailcases shows what a person sees while mail goes wrong: the whole
// server, real relays, the real client and the real window, one case after the
// other. Its test writes docs/mail-cases.md from what was said.
//
// What belongs here: the cases and how they are written down. What does not: how
// mail is sent (server/deliver), the relays themselves (server/deliver/delivertest),
// computers and servers for tests (internal/apptest).
package mailcases
