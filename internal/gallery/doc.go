// Package gallery draws every screen in every state, variant and language as a
// picture for people to look at, and measures that nothing is cut off. It is a
// test without product code: run it with HOLDFAST_GALLERY set to a folder.
package gallery
