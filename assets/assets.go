// Package assets holds what is shipped inside the programs: icons, fonts,
// translations, policies. It is a leaf that every package may import and imports
// none of ours; how texts are looked up is in its subpackage text, what a policy
// means is the server's.
package assets

import "embed"

// Translations holds AREA.LANG.json files: ui.en.json, mail.vi.json …
//
//go:embed translations/*.json
var Translations embed.FS

// Policies holds one document for each policy: strict.json, balanced.json,
// managed.json. docs/policies.md describes the fields.
//
//go:embed policy/*.json
var Policies embed.FS
