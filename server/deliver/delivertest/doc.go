// Package delivertest gives tests what stands at the other end, written by
// others: Debian's aiosmtpd with STARTTLS and a maildir, carriers and providers
// made of npm packages (folder node), and certificates to trust them by. It is
// for tests of any package that sends or reads real messages; it knows nothing of
// package deliver and holds no fakes.
package delivertest
