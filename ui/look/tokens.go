package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Spacing, in Fyne's device-independent pixels. Screens name these and never
// write a number.
const (
	Hair   float32 = 1  // a border, a rule
	Tight  float32 = 6  // between lines that belong together
	Gap    float32 = 10 // between things that do not
	Block  float32 = 18 // between paragraphs of a screen
	Inset  float32 = 22 // from the card's border to what is in it
	Margin float32 = 16 // from the window's border to the card
	Radius float32 = 12 // of the card
	Small  float32 = 8  // radius of buttons, fields and strips
	Ring   float32 = 2  // the ring around what has the keyboard
)

// Widths and heights.
const (
	CardMin      float32 = 360
	CardMax      float32 = 440
	WindowWidth  float32 = 460
	WindowHeight float32 = 700
	Control      float32 = 40 // height of a button and a field
	RowHeight    float32 = 48 // height of a row that can be pressed, at least
	CodeBox      float32 = 46 // height of a box of the code field
	CodeBoxWide  float32 = 36 // width of a box of the code field, at most
	IconSmall    float32 = 16
	Icon         float32 = 20
	IconLarge    float32 = 48
	Stroke       float32 = 1.5
)

// LineHeight is the distance of two lines of text, in text sizes.
const LineHeight float32 = 1.42

// The three sizes of text, as names that the theme answers: 22, 14 and 12 at
// the normal text size.
const (
	Title   = theme.SizeNameHeadingText
	Body    = theme.SizeNameText
	Caption = theme.SizeNameCaptionText
)

// TextSize is the person's choice of text size.
type TextSize string

// The three text sizes, as they stand in the settings.
const (
	Smaller TextSize = "smaller"
	Normal  TextSize = ""
	Larger  TextSize = "larger"
)

// scale is what a text size multiplies the three sizes by.
func (t TextSize) scale() float32 {
	switch t {
	case Smaller:
		return 0.9
	case Larger:
		return 1.2
	default:
		return 1
	}
}

// sizes answers Fyne's own size names, so that its widgets fit ours.
var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNamePadding:            4,
	theme.SizeNameInnerPadding:       Gap,
	theme.SizeNameInlineIcon:         Icon,
	theme.SizeNameInputBorder:        Hair,
	theme.SizeNameInputRadius:        Small,
	theme.SizeNameButtonRadius:       Small,
	theme.SizeNameSelectionRadius:    4,
	theme.SizeNameDialogRadius:       Radius,
	theme.SizeNamePopupRadius:        Small,
	theme.SizeNameMenuRadius:         Small,
	theme.SizeNameScrollBar:          10,
	theme.SizeNameScrollBarSmall:     4,
	theme.SizeNameSeparatorThickness: Hair,
}

// textSizes are the three text sizes, and Fyne's fourth, which we do not use.
var textSizes = map[fyne.ThemeSizeName]float32{
	Title:                        22,
	theme.SizeNameSubHeadingText: 14,
	Body:                         14,
	Caption:                      12,
}
