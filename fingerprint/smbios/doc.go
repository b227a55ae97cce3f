// Package smbios reads the table in which a computer's firmware describes the
// computer (DMTF DSP0134, System Management BIOS Reference Specification 3.x):
// firmware, system, board, housing, processors and memory modules (types 0, 1,
// 2, 3, 4 and 17).
//
// Real tables are dirty, so reading is tolerant: whatever a broken table still
// holds whole is given, and [Table.Truncated] says that there should have been
// more. It is bounded and never panics.
//
// What belongs here: the bytes of the table. What does not: getting at them
// (a file on Linux, a system call on Windows), and telling a value from a
// placeholder (package rules). It imports nothing of ours.
package smbios
