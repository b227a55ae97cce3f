package fingerprint

import (
	"encoding/hex"
	"path"
	"strings"
)

// internalBuses are where a network card is when it is part of the computer.
// Not here: usb, thunderbolt, pcmcia, wwan.
var internalBuses = map[string]bool{
	"pci": true, "virtio": true, "platform": true, "sdio": true, "ssb": true, "bcma": true,
	"amba": true, "of_platform": true, "vmbus": true, "xen": true, "ccwgroup": true, "vio": true,
}

// readNetworkCards reads the addresses that internal cards were made with.
// Names of interfaces and addresses in use are nobody's identity.
func readNetworkCards(r *reader) []Component {
	const kind = "network-card"
	names, err := r.src.ReadDir("/sys/class/net", maxDevices)
	if err != nil {
		return []Component{failed(kind, err)}
	}
	addresses, _ := r.src.PermanentAddresses()
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	for _, name := range names {
		dev, ok := r.internalCard(name)
		if !ok {
			continue
		}
		addr := addresses[name]
		if len(addr) == 0 {
			addr = r.unchangedAddress(name)
		}
		if len(addr) == 0 {
			lack = lacking(kind, Unreadable, "not-told")
			continue
		}
		if reason := r.rules.MAC(addr); reason != "" {
			lack = lacking(kind, Placeholder, reason)
			continue
		}
		out = append(out, identifier(kind, hex.EncodeToString(addr), r.cardLabel(name, dev)))
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}

// internalCard gives the device directory of an interface that is a card inside
// this computer.
func (r *reader) internalCard(name string) (string, bool) {
	dev, err := r.src.Resolve("/sys/class/net/" + name + "/device")
	if err != nil || strings.Contains(dev, "/devices/virtual/") {
		return "", false
	}
	bus, err := r.src.Resolve(dev + "/subsystem")
	if err != nil || !internalBuses[path.Base(bus)] {
		return "", false
	}
	// A virtual function of a card is as many as somebody sets.
	if r.has(dev+"/physfn") || r.external(dev) {
		return "", false
	}
	return dev, true
}

// unchangedAddress gives the current address where the kernel says that it is
// the one the card was made with (addr_assign_type 0).
func (r *reader) unchangedAddress(name string) []byte {
	dir := "/sys/class/net/" + name
	if kind, err := r.line(dir + "/addr_assign_type"); err != nil || kind != "0" {
		return nil
	}
	s, err := r.line(dir + "/address")
	if err != nil {
		return nil
	}
	addr, _ := parseMAC(s)
	return addr
}

// cardLabel names a card by its sort, its driver and its model number.
func (r *reader) cardLabel(name, dev string) string {
	sort := "Ethernet"
	if r.has("/sys/class/net/"+name+"/wireless") || r.has("/sys/class/net/"+name+"/phy80211") {
		sort = "Wi-Fi"
	}
	driver := ""
	if p, err := r.src.Resolve(dev + "/driver"); err == nil {
		driver = path.Base(p)
	}
	model := ""
	if m, err := r.line(dev + "/modalias"); err == nil {
		if d, ok := parsePCI(m); ok {
			model = d.vendor + ":" + d.device
		}
	}
	return join(" ", sort, model, driver)
}
