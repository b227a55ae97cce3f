// Package desktop is the window as a program: flags, profile, theme and
// language, one window for each profile, and a stop that ends the work before
// the window. What belongs here: wiring and starting. What does not: screens
// (ui) and what the client does (app).
package desktop
