// Package httpapi speaks HTTP and JSON for the service: routes, the proof of
// the device key on every request, strict reading of what comes in, problems
// (RFC 9457) that never repeat what was sent, the published keys and the OpenAPI
// document.
//
// What belongs here: everything about the wire. What does not: what an account,
// a device or a challenge is (package server), SQL, pages for people.
package httpapi
