// Package cli is holdfastctl, the client without a window.
//
// What belongs here: the commands and their flags, the exit codes, the words on
// the terminal, the JSON for scripts. What does not: what a use case does
// (app), sentences (assets/translations), and the story that the command demo
// tells (internal/cli/demo).
//
// Standard output gets the result and nothing else; sentences about what went
// wrong, and hints, go to standard error. A secret comes from a file or from
// standard input, never from an argument, which other users of the computer
// could read.
package cli
