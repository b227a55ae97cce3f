// Package rules says which texts, serial numbers, identifiers and addresses are
// nobody's own, which values a maker computes from one another, and which
// programs are security agents. All of it is data: one versioned JSON document
// (rules.json is built in), so that a newer one can be loaded without a new
// program.
//
// What belongs here: the document, its checking, and matching against it. What
// does not: reading a computer, and deciding what a placeholder means for a
// policy. It imports nothing of ours.
package rules
