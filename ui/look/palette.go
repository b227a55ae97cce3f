package look

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of our own, beside Fyne's names.
const (
	Card        fyne.ThemeColorName = "card"        // the sheet that a screen stands on
	Muted       fyne.ThemeColorName = "muted"       // captions and explanations
	Hairline    fyne.ThemeColorName = "hairline"    // borders that only decorate
	FocusRing   fyne.ThemeColorName = "focusRing"   // around what has the keyboard
	PrimaryDown fyne.ThemeColorName = "primaryDown" // the primary button under the pointer
	InfoTint    fyne.ThemeColorName = "infoTint"
	DoneTint    fyne.ThemeColorName = "doneTint"
	WarningTint fyne.ThemeColorName = "warningTint"
	ErrorTint   fyne.ThemeColorName = "errorTint"
)

// Fyne's names under shorter ones.
const (
	Page      = theme.ColorNameBackground
	Text      = theme.ColorNameForeground
	Primary   = theme.ColorNamePrimary
	OnPrimary = theme.ColorNameForegroundOnPrimary
	Link      = theme.ColorNameHyperlink
	Field     = theme.ColorNameInputBackground
	Border    = theme.ColorNameInputBorder
	Disabled  = theme.ColorNameDisabled
	Done      = theme.ColorNameSuccess
	Warning   = theme.ColorNameWarning
	Error     = theme.ColorNameError
	Hover     = theme.ColorNameHover
)

// pair is a colour in both variants.
type pair struct{ light, dark string }

// palette is every colour of the window. Contrast is kept by a test.
var palette = map[fyne.ThemeColorName]pair{
	Page:        {"#f7f8fa", "#15181c"},
	Card:        {"#ffffff", "#1e2227"},
	Text:        {"#1b1f24", "#e9ecef"},
	Muted:       {"#5b6470", "#a7b0ba"},
	Hairline:    {"#dfe3e8", "#333a42"},
	Primary:     {"#1f5fd6", "#7aa7ff"},
	PrimaryDown: {"#194eb3", "#98bbff"},
	OnPrimary:   {"#ffffff", "#0b1a33"},
	Link:        {"#1f5fd6", "#8ab2ff"},
	FocusRing:   {"#1f5fd6", "#8ab2ff"},
	Field:       {"#ffffff", "#191d21"},
	Border:      {"#868e99", "#77818c"},
	Disabled:    {"#69717c", "#8d96a1"},
	Done:        {"#146c43", "#63c795"},
	Warning:     {"#8a5a00", "#e6b450"},
	Error:       {"#b3261e", "#ff8f86"},
	InfoTint:    {"#ebf1fc", "#1c2a42"},
	DoneTint:    {"#e7f4ec", "#18301f"},
	WarningTint: {"#fdf3dc", "#332a14"},
	ErrorTint:   {"#fcebea", "#3a2120"},
	Hover:       {"#1b1f240d", "#e9ecef14"},

	theme.ColorNamePlaceHolder:         {"#5b6470", "#a7b0ba"},
	theme.ColorNameButton:              {"#ffffff", "#1e2227"},
	theme.ColorNameDisabledButton:      {"#eceff2", "#2a2f36"},
	theme.ColorNamePressed:             {"#1b1f241a", "#e9ecef24"},
	theme.ColorNameFocus:               {"#1f5fd633", "#8ab2ff40"},
	theme.ColorNameSelection:           {"#1f5fd640", "#8ab2ff4d"},
	theme.ColorNameSeparator:           {"#dfe3e8", "#333a42"},
	theme.ColorNameScrollBar:           {"#868e99", "#77818c"},
	theme.ColorNameScrollBarBackground: {"#f7f8fa00", "#15181c00"},
	theme.ColorNameShadow:              {"#1b1f2414", "#00000066"},
	theme.ColorNameMenuBackground:      {"#ffffff", "#262b31"},
	theme.ColorNameOverlayBackground:   {"#ffffff", "#262b31"},
	theme.ColorNameHeaderBackground:    {"#f7f8fa", "#15181c"},
	theme.ColorNameForegroundOnError:   {"#ffffff", "#2b0d0b"},
	theme.ColorNameForegroundOnSuccess: {"#ffffff", "#0a2013"},
	theme.ColorNameForegroundOnWarning: {"#ffffff", "#2a1e04"},
}

// Colour is a colour of the palette in a variant; nil where the palette has no
// such name.
func Colour(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	p, ok := palette[name]
	if !ok {
		return nil
	}
	if variant == theme.VariantDark {
		return parse(p.dark)
	}
	return parse(p.light)
}

// parse reads #rrggbb or #rrggbbaa.
func parse(s string) color.NRGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil {
		return color.NRGBA{}
	}
	if len(s) == len("#rrggbb") {
		n = n<<8 | 0xff
	}
	return color.NRGBA{R: uint8(n >> 24), G: uint8(n >> 16), B: uint8(n >> 8), A: uint8(n)}
}
