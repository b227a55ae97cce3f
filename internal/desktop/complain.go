package desktop

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// hearing passes on the library's log and, where the log says that no window
// can be shown, tells the person so in plain words. Fyne ends the program right
// after, so its log is the only place to hear it.
type hearing struct {
	out io.Writer
	p   *text.Printer

	mu   sync.Mutex
	told bool
}

// signs are what the library logs when there is no screen or no OpenGL.
var signs = [][]byte{[]byte("failed to initialise GLFW"), []byte("window creation error")}

func (h *hearing) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.out.Write(b)
	for _, sign := range signs {
		if bytes.Contains(b, sign) && !h.told {
			h.told = true
			h.noWindow("OpenGL")
		}
	}
	return n, err
}

// noWindow says that there is no window, and how to go on without one.
func (h *hearing) noWindow(reason string) {
	complain(h.out, h.p, reason)
}

func complain(out io.Writer, p *text.Printer, reason string) {
	fmt.Fprintln(out, p.T("ui.start.no_display", text.Data{"Reason": reason}))
	fmt.Fprintln(out, p.T("ui.start.no_display_hint"))
}
