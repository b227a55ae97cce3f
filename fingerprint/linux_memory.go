package fingerprint

import "github.com/seed-1feef0b2/holdfast/fingerprint/smbios"

const (
	dmiTable = "/sys/firmware/dmi/tables/DMI"
	// dmiLimit bounds the firmware's table in bytes; the largest seen has some
	// tens of thousands.
	dmiLimit = 256 << 10
)

// readMemoryModules reads the modules from the firmware's table, which the
// kernel shows to root alone.
func readMemoryModules(r *reader) []Component {
	if list, ok := r.tagged("memory-module"); ok {
		return list
	}
	b, err := r.src.ReadFile(dmiTable, dmiLimit)
	if err != nil && len(b) == 0 {
		return []Component{failed("memory-module", err)}
	}
	return r.modulesOf(smbios.Parse(b))
}
