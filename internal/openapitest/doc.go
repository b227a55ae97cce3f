// Package openapitest leans on the document that the server serves about itself:
// a linter that others wrote checks it, and requests that are made from it,
// right ones and broken ones, all signed, must each get an answer that it
// describes.
//
// What belongs here: the linter's rules, the maker of requests and the check of
// replies. What does not: what a request does (the server's own tests).
package openapitest
