package fingerprint

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

const (
	// keyNetwork names the device behind each interface; its class is that of
	// network adapters.
	keyNetwork = `SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}`
	// keyInterfaces keeps what was known of interfaces that are switched off.
	keyInterfaces = `SYSTEM\CurrentControlSet\Control\NetworkSetup2\Interfaces\`
	// maxAdapters bounds rows and keys; each filter driver adds a row to each
	// card.
	maxAdapters = 512
)

var interfaceGUID = regexp.MustCompile(`^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$`)

// windowsBuses are the enumerators of cards that are part of the computer. Not
// here: USB, BTH (Bluetooth), ROOT and SWD (software), {…} (virtual switches).
var windowsBuses = []string{"PCI", "VMBUS", "SD", "ACPI", "XENVIF", "XENBUS"}

// readWindowsCards reads the addresses that internal cards were made with. A
// card that is switched off is not in the table of interfaces; the registry
// still knows its address.
func readWindowsCards(r *reader) []Component {
	const kind = "network-card"
	rows, err := r.windows().Adapters(maxAdapters)
	if err != nil {
		return []Component{unanswered(kind, err)}
	}
	var out []Component
	lack := lacking(kind, Absent, "not-there")
	seen := map[string]bool{}
	for _, row := range rows {
		seen[fold(row.GUID)] = true
		if d, ok := r.cardDevice(row.GUID); ok && row.Hardware && row.Connector {
			r.addCard(&out, &lack, row.Permanent, row.Type, d)
		}
	}
	keys, _ := r.windows().RegistryKeys(keyNetwork, maxAdapters)
	for _, guid := range keys {
		if d, ok := r.cardDevice(guid); ok && d.Instance != "" && !seen[fold(guid)] {
			r.addCard(&out, &lack, r.storedAddress(guid), 0, d)
		}
	}
	if len(out) == 0 {
		return []Component{lack}
	}
	return out
}

func (r *reader) addCard(out *[]Component, lack *Component, permanent string, sort uint32, d WindowsDevice) {
	const kind = "network-card"
	addr, err := hex.DecodeString(permanent)
	if err != nil || len(addr) == 0 {
		*lack = lacking(kind, Unreadable, "not-told")
		return
	}
	if reason := r.rules.MAC(addr); reason != "" {
		*lack = lacking(kind, Placeholder, reason)
		return
	}
	c := identifier(kind, hex.EncodeToString(addr), windowsCardLabel(sort, d))
	if !slices.ContainsFunc(*out, func(o Component) bool { return o.Value == c.Value }) {
		*out = append(*out, c)
	}
}

// cardDevice finds the device behind an interface, where that is inside the
// computer. The list of devices is asked for PCI alone; a device of another bus
// is told by its bus.
func (r *reader) cardDevice(guid string) (WindowsDevice, bool) {
	if !interfaceGUID.MatchString(guid) {
		return WindowsDevice{}, false
	}
	instance := r.setting(keyNetwork+`\`+guid+`\Connection`, "PnPInstanceID")
	bus, _, _ := strings.Cut(instance, `\`)
	if !slices.ContainsFunc(windowsBuses, func(b string) bool { return strings.EqualFold(b, bus) }) {
		return WindowsDevice{}, false
	}
	if !strings.EqualFold(bus, "PCI") {
		return WindowsDevice{}, true
	}
	devices, err := r.windowsDevices()
	if err != nil {
		return WindowsDevice{}, true
	}
	for _, d := range devices {
		if strings.EqualFold(d.Instance, instance) {
			return d, r.inside(d)
		}
	}
	return WindowsDevice{}, false
}

// storedAddress is the permanent address of a card that is switched off.
func (r *reader) storedAddress(guid string) string {
	v, err := r.values(keyInterfaces+guid+`\Kernel`, "PermanentAddress")
	if err != nil || v[0].Type != RegistryBinary {
		return ""
	}
	return hex.EncodeToString(v[0].Data)
}

// windowsCardLabel names a card by its sort, its model number and its driver.
func windowsCardLabel(sort uint32, d WindowsDevice) string {
	const wifi = 71
	name := "Ethernet"
	if sort == wifi || sort == 0 && strings.Contains(fold(d.Service), "netwtw") {
		name = "Wi-Fi"
	}
	model := ""
	if id, ok := parseWindowsPCI(d.Hardware); ok {
		model = id.vendor + ":" + id.device
	}
	return join(" ", name, model, clean(d.Service))
}
