package look

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// luminance and ratio are WCAG 2.2's relative luminance and contrast ratio.
func luminance(c color.NRGBA) float64 {
	f := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*f(c.R) + 0.7152*f(c.G) + 0.0722*f(c.B)
}

func ratio(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

var variants = map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}

func nrgba(t *testing.T, name fyne.ThemeColorName, v fyne.ThemeVariant) color.NRGBA {
	t.Helper()
	c, ok := Colour(name, v).(color.NRGBA)
	if !ok {
		t.Fatalf("the palette has no %s", name)
	}
	return c
}

// TestTextIsReadable: 4.5 to 1 for every text on everything it stands on.
func TestTextIsReadable(t *testing.T) {
	grounds := []fyne.ThemeColorName{Card, Page, InfoTint, DoneTint, WarningTint, ErrorTint}
	on := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		Text:      append(grounds, Field, theme.ColorNameMenuBackground),
		Muted:     append(grounds, Field),
		Link:      grounds,
		Disabled:  {Card, Page},
		Done:      {Card, DoneTint},
		Warning:   {Card, WarningTint},
		Error:     {Card, ErrorTint, Field},
		OnPrimary: {Primary, PrimaryDown},

		theme.ColorNamePlaceHolder: {Field},
	}
	for name, v := range variants {
		for fg, bgs := range on {
			for _, bg := range bgs {
				if r := ratio(nrgba(t, fg, v), nrgba(t, bg, v)); r < 4.5 {
					t.Errorf("%s: %s on %s is %.2f to 1, below 4.5", name, fg, bg, r)
				}
			}
		}
	}
}

// TestShapesAreVisible: 3 to 1 for what is not text but must be seen.
func TestShapesAreVisible(t *testing.T) {
	for name, v := range variants {
		for _, fg := range []fyne.ThemeColorName{Border, FocusRing, Primary, theme.ColorNameScrollBar} {
			for _, bg := range []fyne.ThemeColorName{Card, Page, Field} {
				if r := ratio(nrgba(t, fg, v), nrgba(t, bg, v)); r < 3 {
					t.Errorf("%s: %s on %s is %.2f to 1, below 3", name, fg, bg, r)
				}
			}
		}
	}
}
