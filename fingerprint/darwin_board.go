package fingerprint

import "strings"

// expert is the registry's entry about the computer as a whole; empty where
// there is none.
func (r *reader) expert() (ioEntry, error) {
	list, err := r.ioreg(ioExpert)
	if err != nil {
		return ioEntry{}, err
	}
	if len(list) == 0 {
		return ioEntry{}, nil
	}
	return list[0], nil
}

// macBoard reads what Apple says that this very computer is. A Mac's logic board
// has no serial number of its own that a user may read.
func macBoard(r *reader) []Component {
	none := lacking("board-serial", Absent, "not-there")
	e, err := r.expert()
	if err != nil {
		return []Component{macFailed("system-uuid", err), macFailed("system-serial", err), none}
	}
	return []Component{r.macUUID(e.text("IOPlatformUUID")), r.macSerial(e.text("IOPlatformSerialNumber")), none}
}

func (r *reader) macUUID(raw string) Component {
	const kind = "system-uuid"
	if raw == "" {
		return lacking(kind, Unreadable, "not-told")
	}
	u, ok := parseUUID(raw)
	if !ok {
		return lacking(kind, Placeholder, "not-an-id")
	}
	return r.systemUUID(u)
}

func (r *reader) macSerial(raw string) Component {
	if raw == "" {
		return lacking("system-serial", Unreadable, "not-told")
	}
	return r.serial("system-serial", raw)
}

// macModels reads what Apple calls model and board, and the housing.
func macModels(r *reader) []Component {
	model, err := r.sysctl("hw.model")
	e, err2 := r.expert()
	if model == "" {
		model = e.text("model")
	}
	if model == "" {
		if err == nil {
			err = err2
		}
		if err == nil {
			err = ErrUnsupported
		}
		return []Component{macFailed("system-model", err), macFailed("board-model", err), macFailed("chassis-type", err)}
	}
	maker := e.text("manufacturer")
	return []Component{r.model("system-model", maker, model, ""), r.macBoardModel(e, err2, maker), macChassis(e, model)}
}

// macBoardModel: Intel's Macs have a board-id (Mac-…), Apple's a target (J314s).
func (r *reader) macBoardModel(e ioEntry, err error, maker string) Component {
	const kind = "board-model"
	if err != nil {
		return macFailed(kind, err)
	}
	name := e.text("board-id")
	if name == "" {
		name = e.text("target-type")
	}
	if name == "" {
		name, _ = r.sysctl("hw.target")
	}
	if name == "" {
		return lacking(kind, Absent, "not-told")
	}
	return r.model(kind, maker, name, "")
}

// macHousings name SMBIOS chassis types by the beginning of a model. Names since
// 2022 ("Mac14,2") tell nothing.
var macHousings = []struct{ model, chassis string }{
	{"macbook", "10"}, {"imac", "13"}, {"macmini", "35"}, {"macpro", "7"},
}

func macChassis(e ioEntry, model string) Component {
	for _, h := range macHousings {
		if strings.HasPrefix(fold(model), h.model) {
			return chassisType(h.chassis)
		}
	}
	// Firmware of Intel's Macs: 1 stands on a desk, 2 is carried.
	if n, ok := e.number("system-type"); ok && (n == 1 || n == 2) {
		return chassisType(map[uint64]string{1: "3", 2: "10"}[n])
	}
	return lacking("chassis-type", Absent, "not-told")
}

// macHypervisor says whether the Mac is a virtual one, and whose.
func macHypervisor(r *reader) []Component {
	const kind = "hypervisor"
	model, err := r.sysctl("hw.model")
	if err != nil {
		return []Component{macFailed(kind, err)}
	}
	e, _ := r.expert()
	name := macGuest(fold(model), fold(e.text("manufacturer")))
	if n, err := r.sysctlNumber("kern.hv_vmm_present"); name == "" && err == nil && n == 1 {
		name = "unnamed"
	}
	if name == "" {
		return []Component{lacking(kind, Absent, "physical")}
	}
	return []Component{present(kind, name, name)}
}

func macGuest(model, maker string) string {
	if strings.HasPrefix(model, "virtualmac") {
		return "apple"
	}
	for _, m := range virtualMakers {
		if strings.Contains(maker, m.text) || strings.Contains(model, m.text) {
			return m.name
		}
	}
	return ""
}
