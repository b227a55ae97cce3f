// Package tags writes keyed tags of the firmware's identifiers for programs
// that may not read these themselves. The program that calls it runs as root,
// once at each start of the system.
//
// The key is 32 random bytes that only root can read; it stays on the disk. The
// tags lie in memory and are readable by everybody: without the key they
// confirm no guess of a serial number, and on the disk nothing does.
//
// What belongs here: making the key, computing and writing the tags. What does
// not: believing them (package fingerprint, when it reads a computer).
package tags
