// Package linear records what concurrent clients asked of several servers over
// one database and what they were told, and checks with porcupine that some
// order of the requests, one after the other, explains it all: that a code is
// taken once, that tries, pauses and limits are counted without a gap, that a
// chain forks where it must.
//
// What belongs here: those histories, the plain rules that they are checked
// against, and planted mistakes that the check must find. What does not: kills
// (crashtest) and single cases (the server's own tests).
package linear
