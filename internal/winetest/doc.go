// Package winetest runs the Windows programs under Wine, on a Linux computer
// without Windows: the reader of the registry, the store in Credential Manager,
// the command line against a real server. docs/windows.md says what that proves
// and what it does not.
//
// What belongs here: making a Wine prefix, cross-building, running, and the
// tests that need it. What does not: anything that runs without Wine; recorded
// Windows computers are read in package fingerprint's own tests.
package winetest
