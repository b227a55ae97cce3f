package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is the window's theme.
type Theme struct {
	// Appearance is "light" or "dark"; empty follows the system.
	Appearance string
	// TextSize multiplies the three text sizes.
	TextSize TextSize
}

var _ fyne.Theme = Theme{}

// Variant is the variant that is shown when the system asks for another.
func (t Theme) Variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.Appearance {
	case "light":
		return theme.VariantLight
	case "dark":
		return theme.VariantDark
	default:
		return system
	}
}

// Color answers from the palette, and from Fyne's own theme for names that we
// do not draw.
func (t Theme) Color(name fyne.ThemeColorName, system fyne.ThemeVariant) color.Color {
	v := t.Variant(system)
	if c := Colour(name, v); c != nil {
		return c
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font is Fyne's own Noto Sans, which covers Vietnamese and Russian.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon is Fyne's own; our screens draw outline icons (Icon, Sign).
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size answers from the tokens.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := textSizes[name]; ok {
		return s * t.TextSize.scale()
	}
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

// Now is a colour of the theme that is shown.
func Now(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}

// Points is a size of text in the theme that is shown.
func Points(name fyne.ThemeSizeName) float32 {
	return fyne.CurrentApp().Settings().Theme().Size(name)
}
