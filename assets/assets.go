// Package assets holds what is shipped inside the programs: icons, fonts,
// translations. It is a leaf that every package may import and imports none of
// ours; how texts are looked up is in its subpackage text.
package assets

import "embed"

// Translations holds AREA.LANG.json files: ui.en.json, mail.vi.json …
//
//go:embed translations/*.json
var Translations embed.FS
