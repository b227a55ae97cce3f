// Package web is the console of whoever looks after the server: plain HTML pages
// and forms, without a script and with nothing fetched from elsewhere.
//
// What belongs here: pages, forms, cookies, what keeps other sites out. What does
// not: who may do what and what an act does (server), sentences
// (assets/translations), and where it is served (internal/daemon).
//
// Nothing here takes a destination or a channel, and nothing shows a code or a
// full address: the rules below have no way to.
package web
