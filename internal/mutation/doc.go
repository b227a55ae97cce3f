// Package mutation holds the tests that sabotage the programs on purpose: a
// check that matters is taken out of one source file, the programs are built
// so, and the story of the command line must end with an error. It shows that
// the story would notice. No product code belongs here.
package mutation
