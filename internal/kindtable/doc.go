// Package kindtable makes docs/kinds.md: for each system which kind of
// component is read from where, with which rights, whether a running computer
// of that system was measured, and which test checks it.
//
// What belongs here: the page made of fingerprint.Sources, and the check that
// every row names tests that exist and speak of the kind. What does not: the
// facts themselves, which stand beside the readers. No program imports it.
//
// The page is written by
//
//	go test ./internal/kindtable -update
package kindtable
