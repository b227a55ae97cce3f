// Package apptest puts a whole client and a whole server into one process, for
// tests that need both sides: recorded computers with their profiles and
// keyrings, the server's rules over a real database behind real HTTP, a clock
// that tests move, messages as their owner reads them, and places to kill
// either side.
//
// What belongs here: that bench and the tests over both sides. What does not:
// anything a program imports, and tests of one side alone.
package apptest
