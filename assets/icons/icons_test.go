package icons

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestTheProgramsIconIsAPictureOf512(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(App()))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 512 || b.Dy() != 512 {
		t.Errorf("the icon is %d by %d", b.Dx(), b.Dy())
	}
}

func TestOutlinesTakeAColour(t *testing.T) {
	for _, name := range Names() {
		svg := string(Outline(name, "#123456"))
		if !strings.Contains(svg, "#123456") || strings.Contains(svg, "currentColor") {
			t.Errorf("%s does not take its colour", name)
		}
	}
	if Outline("none-such", "#000000") != nil {
		t.Error("an unknown icon is not empty")
	}
}
