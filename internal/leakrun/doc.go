// Package leakrun runs the server program under load, with everything that can be
// watched switched on, and then looks in all that it wrote for every code, address,
// number, password, link and key that there was. docs/proof.md has the figures.
//
// What belongs here: people and strangers who do all that the server lets them, its
// peers, and the search. What does not: what a secret looks like when it is written
// somewhere (internal/leaktest), and whether what was done is right.
package leakrun
