// Package housetest keeps the rules of the house by tests: which way imports
// go, how large rooms may be, that every sentence is there in every language,
// that nothing names a place outside the project. It holds no product code.
package housetest
