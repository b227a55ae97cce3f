package fingerprint

import "strings"

// virtualMakers name hypervisors by what the firmware calls maker or product.
var virtualMakers = []struct{ text, name string }{
	{"qemu", "kvm"},
	{"kvm", "kvm"},
	{"amazon ec2", "amazon"},
	{"google compute engine", "google"},
	{"vmware", "vmware"},
	{"virtualbox", "virtualbox"},
	{"innotek", "virtualbox"},
	{"xen", "xen"},
	{"bochs", "bochs"},
	{"parallels", "parallels"},
	{"bhyve", "bhyve"},
	{"openstack", "openstack"},
	{"hvm domu", "xen"},
	{"digitalocean", "kvm"},
	{"apple virtualization", "apple"},
	{"cloud hypervisor", "cloud-hypervisor"},
	{"firecracker", "firecracker"},
}

// readHypervisor says whether the computer is a virtual one, and whose.
func readHypervisor(r *reader) []Component {
	const kind = "hypervisor"
	if name := r.hypervisor(); name != "" {
		return []Component{present(kind, name, name)}
	}
	return []Component{lacking(kind, Absent, "physical")}
}

func (r *reader) hypervisor() string {
	if s, err := r.line("/sys/hypervisor/type"); err == nil && s != "" {
		// A Xen host is as physical as any.
		if caps, err := r.line("/proc/xen/capabilities"); err != nil || !strings.Contains(caps, "control_d") {
			return fold(s)
		}
		return ""
	}
	if k, err := r.line("/proc/sys/kernel/osrelease"); err == nil && strings.Contains(fold(k), "microsoft") {
		return "wsl"
	}
	name, known := hypervisorBy(fold(r.optional(dmi+"sys_vendor")), fold(r.optional(dmi+"product_name")))
	if known {
		return name
	}
	f, err := r.cpuInfo()
	if err == nil && strings.Contains(" "+f["flags"]+" ", " hypervisor ") {
		return "unnamed"
	}
	return ""
}

// hypervisorBy knows a virtual computer by what its firmware calls maker and
// product, both folded; a name of "" that is known is a physical computer.
func hypervisorBy(vendor, product string) (name string, known bool) {
	if strings.HasPrefix(vendor, "microsoft") && product == "virtual machine" {
		return "hyper-v", true
	}
	for _, m := range virtualMakers {
		if !strings.Contains(vendor, m.text) && !strings.Contains(product, m.text) {
			continue
		}
		// A physical server of a cloud's maker has no hypervisor bit.
		if m.name == "amazon" && strings.Contains(product, "metal") {
			return "", true
		}
		return m.name, true
	}
	return "", false
}
