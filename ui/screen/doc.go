// Package screen holds the window's screens. A screen is given an immutable
// View and arranges parts; what a person does there it tells its Actions. What
// belongs here: which screen a view leads to, what each says and in which
// order. What does not: goroutines, clocks, files, the network, colours and
// numbers (ui/look), and how a part is drawn (ui/part).
package screen
