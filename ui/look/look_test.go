package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/seed-1feef0b2/holdfast/assets/icons"
)

func TestAppearanceOverridesTheSystem(t *testing.T) {
	for appearance, want := range map[string]fyne.ThemeVariant{
		"light": theme.VariantLight, "dark": theme.VariantDark, "": theme.VariantDark,
	} {
		if got := (Theme{Appearance: appearance}).Variant(theme.VariantDark); got != want {
			t.Errorf("%q gives variant %v, want %v", appearance, got, want)
		}
	}
}

func TestTextSizeScalesTextAlone(t *testing.T) {
	large, normal := Theme{TextSize: Larger}, Theme{}
	if large.Size(Body) <= normal.Size(Body) || large.Size(Caption) <= normal.Size(Caption) {
		t.Error("larger text is not larger")
	}
	if (Theme{TextSize: Smaller}).Size(Title) >= normal.Size(Title) {
		t.Error("smaller text is not smaller")
	}
	if large.Size(theme.SizeNamePadding) != normal.Size(theme.SizeNamePadding) {
		t.Error("spacing changes with the text size")
	}
	if normal.Size(Title) != 22 || normal.Size(Body) != 14 || normal.Size(Caption) != 12 {
		t.Error("the three text sizes are 22, 14 and 12")
	}
}

func TestEveryColourParses(t *testing.T) {
	for name, p := range palette {
		for _, s := range []string{p.light, p.dark} {
			if len(s) != 7 && len(s) != 9 || s[0] != '#' {
				t.Errorf("%s: %q is not a colour", name, s)
			}
		}
	}
	if Colour("none-such", theme.VariantLight) != nil {
		t.Error("an unknown name has a colour")
	}
}

func TestEveryIconDraws(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(Theme{Appearance: "light"})
	if len(icons.Names()) < 8 {
		t.Fatal("icons are missing")
	}
	for _, name := range icons.Names() {
		img := Picture(name, Text, 48)
		w := test.NewTempWindow(t, img)
		w.Resize(fyne.NewSquareSize(64))
		shot := w.Canvas().Capture()
		first, drawn := shot.At(0, 0), false
		for y := 0; y < shot.Bounds().Dy() && !drawn; y++ {
			for x := range shot.Bounds().Dx() {
				if shot.At(x, y) != first {
					drawn = true
					break
				}
			}
		}
		if !drawn {
			t.Errorf("icon %s draws nothing", name)
		}
	}
	if len(AppIcon().Content()) == 0 {
		t.Error("the program has no icon")
	}
}
