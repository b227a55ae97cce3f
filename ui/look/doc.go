// Package look is how the window looks: colours of both variants, sizes,
// spacing, fonts and icons. What belongs here: every number and colour that a
// screen may use, by name. What does not: widgets (ui/part), sentences (assets)
// and what a screen says (ui/screen).
package look
