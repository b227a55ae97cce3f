package look

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"github.com/seed-1feef0b2/holdfast/assets/icons"
)

// Sign is an outline icon of assets/icons in a colour of the theme that is
// shown. Fyne's own themed resources repaint fills only, and ours have none.
func Sign(name string, colour fyne.ThemeColorName) fyne.Resource {
	c := hex(Now(colour))
	return fyne.NewStaticResource("sign-"+name+"-"+c[1:]+".svg", icons.Outline(name, c))
}

// Picture is a Sign as an object of a size, in pixels.
func Picture(name string, colour fyne.ThemeColorName, size float32) *canvas.Image {
	img := canvas.NewImageFromResource(Sign(name, colour))
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSquareSize(size))
	return img
}

// AppIcon is the program's icon.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("holdfast.png", icons.App()) }

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}
