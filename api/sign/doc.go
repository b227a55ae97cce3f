// Package sign is the one way in which requests prove the device key: HTTP
// message signatures (RFC 9421) in a single fixed profile, "holdfast-v1".
// Nothing is negotiated: the covered components, their order, the parameters,
// their order and their encoding are fixed, so that a valid Signature-Input
// can be rebuilt byte by byte from its three facts (created, nonce, keyid) and
// everything that is not equal to it is refused.
//
// A request with a body covers @method @authority @path @query content-type
// content-digest idempotency-key; one without a body covers the first four.
//
// What belongs here: the profile, the key as a JWK and its thumbprint. What
// does not: whether a nonce was used before (the write's own transaction), who
// owns a key, HTTP replies.
package sign
