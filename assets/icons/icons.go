// Package icons holds the outline icons of the window and the program's own
// icon. What belongs here: SVG files of 24 by 24 with a 1.5 stroke in
// currentColor, and the program's icon as SVG and PNG. What does not: colours
// and sizes, which are the theme's (ui/look).
package icons

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.svg holdfast.png
var files embed.FS

// App is the program's icon as PNG, 512 by 512.
func App() []byte {
	b, err := files.ReadFile("holdfast.png")
	if err != nil {
		return nil
	}
	return b
}

// Outline is the SVG of an outline icon in a colour such as "#1f5fd6"; nil for
// a name that is not in Names.
func Outline(name, colour string) []byte {
	b, err := files.ReadFile(name + ".svg")
	if err != nil {
		return nil
	}
	return []byte(strings.ReplaceAll(string(b), "currentColor", colour))
}

// Names lists the outline icons, sorted.
func Names() []string {
	var names []string
	all, err := fs.Glob(files, "*.svg")
	if err != nil {
		return nil
	}
	for _, f := range all {
		if name := strings.TrimSuffix(f, ".svg"); name != "holdfast" {
			names = append(names, name)
		}
	}
	return names
}
