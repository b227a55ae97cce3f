// Package deliver takes messages that wait in the service's outbox to people:
// it writes them in the person's language, hands them to a mail relay, and
// reports what truly became of each: handed over, put off, refused.
//
// What belongs here: texts of messages, senders, the worker that joins them
// with a queue, the local outbox. What does not: deciding whether, when and to
// whom something is sent (package server), storing messages (server/store), the
// page that shows the local outbox (server/httpapi). Nothing here logs an
// address, a code or a name.
package deliver
