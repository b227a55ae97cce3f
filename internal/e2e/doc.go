// Package e2e tests the programs as a person meets them: the real window on a
// real display, a real keyring, a real server and a mail server written by
// others. What belongs here: tests that need all of them. What does not: product
// code.
package e2e
