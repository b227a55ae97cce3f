// Package api holds the words that client and server both speak: requests,
// replies, problem codes, the policy document and the certificate's claims.
//
// What belongs here: plain types, their JSON names, and the error that both
// sides use. What does not: behaviour, storage, HTTP, texts. Subpackages hold
// the signature profile (sign) and the alphabets of codes (code).
package api
