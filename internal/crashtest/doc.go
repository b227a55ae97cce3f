// Package crashtest shows that the server loses nothing that it has
// acknowledged: people register, check in, change their computers, enrol others
// and type codes, all at once, while server processes and PostgreSQL are killed
// (SIGKILL) and started again. It also holds the attacks that need several
// processes at once.
//
// What belongs here: the people, the kills, and what must hold after them. What
// does not: the processes themselves (proctest) and single requests
// (fastclient). The shortened forms run with all tests, the full ones where
// HOLDFAST_FULL=1 is set; see scripts/prove.
package crashtest
