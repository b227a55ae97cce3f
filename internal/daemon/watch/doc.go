// Package watch is how a running server is seen from outside: figures for Prometheus
// and traces for OpenTelemetry. Both are made of the same few events: a request, a
// message's attempt, a read or write of the database.
//
// What belongs here: names, labels and their bounds. Labels and attributes are taken
// from closed lists (routes, codes, channels, kinds, outcomes); an account, an address,
// a number, a code, a reference or a device's name is never one. What does not belong:
// the rules (package server), and settings (package daemon).
package watch
