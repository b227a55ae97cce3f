// Package proctest runs the server as it is run for real: holdfastd processes
// behind a round-robin, a PostgreSQL server that keeps what it committed, and a
// mail relay, each of which a test may kill and start again.
//
// What belongs here: those processes and what they are made of. What does not:
// clients, load, and checks of what was said. It is for tests and benchmarks only.
package proctest
