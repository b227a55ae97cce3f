package daemon

import (
	"net"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api/sign"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Web is where the console of those who look after the server is.
type Web struct {
	// Listen is host:port of a listener of its own; empty means the server's own, and
	// "off" none.
	Listen string `json:"listen"`
	// Origin is the address that browsers use where the console has a listener of
	// its own.
	Origin string `json:"origin"`
}

const webOff = "off"

func webBlock() block {
	return block{title: "Console", check: (*Settings).checkWeb, keys: []Key{
		{Name: "web.listen", Default: "the server's own address", Meaning: "Where the console is, at `/staff`: empty for beside the API, `off` for nowhere, or an address and port on " +
			"this computer (loopback) for a listener of its own, which a tunnel or a proxy of yours leads to. See [console.md](console.md)."},
		{Name: "web.origin", Default: "the address listened on", Meaning: "The address that browsers use for the console, such as `https://console.example.org`, where it has a listener of its own."},
	}}
}

// ownWeb says whether the console has a listener of its own.
func (s *Settings) ownWeb() bool { return s.Web.Listen != "" && s.Web.Listen != webOff }

func (s *Settings) checkWeb() error {
	if !s.ownWeb() {
		if s.Web.Origin != "" {
			return refuse("web-origin", text.Data{"Origin": s.Web.Origin})
		}
		return nil
	}
	if _, _, err := net.SplitHostPort(s.Web.Listen); err != nil || !loopbackListen(s.Web.Listen) {
		return refuse("web-listen", text.Data{"Listen": s.Web.Listen})
	}
	if s.Web.Origin == "" {
		return nil
	}
	if _, err := sign.Authority(strings.TrimRight(s.Web.Origin, "/")); err != nil {
		return refuse("web-origin", text.Data{"Origin": s.Web.Origin})
	}
	return nil
}
