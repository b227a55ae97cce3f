package desktop

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// hearing passes on the library's log. Where the log says that no window can be
// shown, it tells the person so in plain words and ends the program: Fyne would
// go on to a crash, and its log is the only place to hear it.
type hearing struct {
	out io.Writer
	p   *text.Printer
	// end ends the program; in tests it does not.
	end func()

	mu   sync.Mutex
	told bool
}

// signs are what the library logs when there is no screen or no OpenGL, and what
// is then missing.
var signs = []struct{ said, missing string }{
	{"failed to initialise GLFW", "DISPLAY, WAYLAND_DISPLAY"},
	{"window creation error", "OpenGL"},
}

func (h *hearing) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range signs {
		if strings.Contains(string(b), s.said) && !h.told {
			h.told = true
			complain(h.out, h.p, s.missing)
			h.end()
			return len(b), nil
		}
	}
	return h.out.Write(b)
}

// complain says that there is no window, and how to go on without one.
func complain(out io.Writer, p *text.Printer, missing string) {
	fmt.Fprintln(out, p.T("ui.start.no_display", text.Data{"Reason": missing}))
	fmt.Fprintln(out, p.T("ui.start.no_display_hint"))
}
