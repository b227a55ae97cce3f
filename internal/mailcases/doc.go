// Package mailcases shows what a person sees while mail, text messages and calls
// go wrong: the whole server, real relays and providers, the real client and the
// real window, one case after the other. Its tests write docs/mail-cases.md and
// docs/phone-cases.md from what was said.
//
// What belongs here: the cases and how they are written down. What does not: how
// messages are sent (server/deliver), relays and providers for tests
// (server/deliver/delivertest), computers and servers for tests (internal/apptest).
package mailcases
