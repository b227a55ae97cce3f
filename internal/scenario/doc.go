// Package scenario holds the tests that need both sides of the program: what
// happens to a computer, read by the fingerprint, judged by the server, named to
// the person and met by the vault. It makes docs/policy-cases.md. Product code
// does not belong here.
package scenario
