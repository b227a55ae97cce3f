// Package rpmdb reads names and versions of packages out of RPM's database in
// its SQLite form (rpm 4.16 and later), and nothing else: table Packages, whose
// rows hold package headers. It writes nothing, takes no lock and needs only
// parts of a file that may have hundreds of megabytes.
//
// What is in the write-ahead log and committed counts; a database that is not
// understood whole gives an error and no list. Sources: the SQLite file format
// (sqlite.org/fileformat2.html), RPM's header format (rpm.org, format of the
// header in the database).
//
// What belongs here: the bytes of the two formats. What does not: finding the
// files and noticing that they change meanwhile. It imports nothing of ours.
package rpmdb
