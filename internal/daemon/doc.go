// Package daemon is the activation server as a program: settings, the master
// key, the listener, and the parts wired together, as a struct with Run and
// Close so that tests start the real thing on a free port.
//
// What belongs here: wiring, settings, the operator's commands. What does not:
// rules (package server), HTTP (httpapi), SQL (store), messages (deliver).
package daemon
