// Package smpp speaks SMPP 3.4, as an ESME that sends text messages through a
// carrier's message centre and hears what became of them.
//
// What belongs here: protocol data units, the bound connection and what keeps it
// alive, delivery receipts. What does not: what messages say and how they are cut
// (packages deliver and gsm), and what is done about a refusal (package deliver).
// Nothing here logs.
package smpp
