// Package delivertest gives tests a mail relay written by others: Debian's
// aiosmtpd with STARTTLS and a maildir, and certificates to trust it by. It is
// for tests of any package that sends or reads real mail; it knows nothing of
// package deliver and holds no fakes.
package delivertest
