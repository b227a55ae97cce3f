// Package version holds the version that the build writes into the programs.
// Nothing else belongs here.
package version

// Version is set by the linker (-X); a plain go build says "dev".
var Version = "dev"
