// Package fastclient is a client of the activation server without a disk, a
// vault or a window: a device key, signed requests and what the server said to
// them. One process holds thousands of such clients, which the real client, with
// its files and its Argon2, cannot do.
//
// What belongs here: requests as the real client sends them. What does not: what
// a person does with them, checks of what the server said, and any measurement.
// It is for tests and benchmarks only.
package fastclient
