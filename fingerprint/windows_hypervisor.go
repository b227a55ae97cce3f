package fingerprint

const (
	// keyBIOS is the registry's own copy of the firmware's models.
	keyBIOS = `HARDWARE\DESCRIPTION\System\BIOS`
	// keyGuest is there in guests of Hyper-V alone, not on its hosts.
	keyGuest = `SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters`
)

// readWindowsHypervisor says whether the computer is a virtual one, by what its
// firmware calls itself. The processor's own flag is not asked: Windows runs on
// a hypervisor of its own on many physical computers (Hyper-V's root partition,
// virtualisation-based security), and the flag is set there too.
func readWindowsHypervisor(r *reader) []Component {
	const kind = "hypervisor"
	if name := r.windowsHypervisor(); name != "" {
		return []Component{present(kind, name, name)}
	}
	if _, err := r.smbiosTable(); err != nil && r.setting(keyBIOS, "SystemManufacturer") == "" {
		return []Component{unanswered(kind, err)}
	}
	return []Component{lacking(kind, Absent, "physical")}
}

func (r *reader) windowsHypervisor() string {
	name, _ := r.win.virtual.get(func() (string, error) { return r.findWindowsHypervisor(), nil })
	return name
}

func (r *reader) findWindowsHypervisor() string {
	vendor, product := "", ""
	if t, err := r.smbiosTable(); err == nil {
		vendor, product = clean(t.System.Manufacturer), clean(t.System.Product)
	}
	if vendor == "" && product == "" {
		vendor, product = r.setting(keyBIOS, "SystemManufacturer"), r.setting(keyBIOS, "SystemProductName")
	}
	if name, known := hypervisorBy(fold(vendor), fold(product)); known {
		return name
	}
	if r.setting(keyGuest, "VirtualMachineId") != "" {
		return "hyper-v"
	}
	return ""
}

// keyControl has the value ContainerType in a Windows container.
const keyControl = `SYSTEM\CurrentControlSet\Control`

// windowsContainer knows Windows' own containers, which share the kernel and
// much of the registry with the computer that they run on.
func (r *reader) windowsContainer() string {
	v, err := r.values(keyControl, "ContainerType")
	if err != nil {
		return ""
	}
	if _, in := v[0].Number(); in {
		return "windows-container"
	}
	return ""
}
