// Package part holds the window's widgets: page and card, text that wraps,
// buttons and links that the keyboard reaches, fields, the code field, strips,
// rows and the help ladder. What belongs here: how a thing is drawn, laid out
// and driven by mouse and keyboard. What does not: sentences, and what any of
// it means; a part shows what it is given and calls back.
package part
