// Package demo tells the main job in the terminal: it starts the real server,
// runs the real command line on a recorded computer, and says step by step what
// happened. A step that ends differently from what it should ends the story
// with an error, so that the story is also a test.
//
// What belongs here: the steps, what each expects, and how they are told. What
// does not: anything that the programs themselves do. It is part of programs
// built with the tag "recorded" only.
package demo
