// Package files keeps small files durable: what was acknowledged is on the
// disk, and a file is only ever seen as it was before or after a change.
//
// What belongs here: replacing a file in one step, reading it within a bound,
// setting a broken one aside, the lock that programs of one profile share, the
// frame that tells a damaged file from a newer one, and the same disk with a
// hook at every step so that tests may kill a program there. What does not:
// what the files say, encryption, and which files there are.
package files
