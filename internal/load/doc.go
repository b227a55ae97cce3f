// Package load measures the server as it is run for real: holdfastd is a process
// of its own; its clients and the mail relay that it hands messages to are this
// one. Every figure stands beside the pace of the same database and disk, taken
// in the same run. docs/scale.md reports the results.
//
// What belongs here: benchmarks and what they need. What does not: checks of
// what the server says beyond what shows that it did the work.
package load
