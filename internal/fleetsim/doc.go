// Package fleetsim lets a fleet of computers live for some years and counts how
// often each policy asks for a code, in vain or not, and which attacks it sees.
// It makes docs/policy-numbers.md.
//
// What belongs here: the input (rates.json: every rate with its source), the
// simulated computers, which start from recorded ones, what happens to them, the
// attacks, the statistics, the page and its pictures. What does not: the rules.
// Every judgement is made by the server's own code and every binding by the
// vault's; this package only keeps, as the server's tables and the vault's file
// do, what was known before. Product code does not belong here.
//
// # How a computer lives
//
// A computer of the fleet starts as a recorded computer ([Bases]) with
// identifiers of its own. Each event of the input arrives by a Poisson process
// that has its own stream of random numbers, so that leaving out one event
// changes nothing about the others. Time runs in check-ins. Judged is only when
// something changed or cannot be read; what is equal is equal by the server's
// own rule. A person who is asked types the code at once.
package fleetsim
