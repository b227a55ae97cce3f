// Package gsm knows how text messages are counted and cut: the GSM default
// alphabet, UCS-2, and the parts of a long message (3GPP TS 23.038, 6.2.1, and
// TS 23.040, 9.2.3.24.1).
//
// What belongs here: alphabets, lengths, parts. What does not: what messages say
// (package deliver) and how a carrier is spoken to (package smpp).
package gsm
