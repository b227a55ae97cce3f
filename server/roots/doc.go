// Package roots has the shapes that make the audit log's hourly roots: the
// Merkle tree of RFC 6962 over the heads of accounts' chains, and the files that
// roots are exported to.
//
// What belongs here: hashing, and reading and writing of one root's file. What
// does not: which heads go into a root, signing, storage (server), and when a
// root is made (internal/daemon).
package roots
