// Package chip is the hardware proof: a device key that a TPM 2.0 makes and never
// lets go, and a secret that only the same TPM gives back. It speaks the TPM's
// own commands (TCG TPM 2.0 Library, Part 3) through go-tpm.
//
// Nothing is stored in the chip. What a profile keeps are blobs: an object of the
// chip's, encrypted by the chip under its storage key, which is derived again
// whenever it is needed. A blob opens in the chip that made it, with the
// authorisation that it was made with, and nowhere else. A chip that was cleared
// has another storage key but the same endorsement key; another chip has neither.
//
// What belongs here: how a chip is opened, the objects, blobs, deadlines, and
// which answer of a chip means what. What does not: which profile uses a chip,
// files, the keyring, what happens when a chip is lost (app).
package chip
