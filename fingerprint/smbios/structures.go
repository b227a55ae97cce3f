package smbios

// add puts a structure where it belongs. Of firmware, system, board and housing
// the first counts: what follows are expansion boards and blades.
func (t *Table) add(s structure, v Version) {
	if len(s.body) < 4 {
		return
	}
	switch s.kind {
	case 0:
		if !t.BIOS.Found {
			t.BIOS = bios(s)
		}
	case 1:
		if !t.System.Found {
			t.System = system(s, v)
		}
	case 2:
		if !t.Board.Found {
			t.Board = Board{true, s.text(0x04), s.text(0x05), s.text(0x06), s.text(0x07)}
		}
	case 3:
		if !t.Chassis.Found {
			t.Chassis = chassis(s)
		}
	case 4:
		if len(t.CPUs) < maxSets {
			t.CPUs = append(t.CPUs, cpu(s))
		}
	case 17:
		if m, ok := memory(s); ok && len(t.Memory) < maxSets {
			t.Memory = append(t.Memory, m)
		}
	}
}

// bios is DSP0134, 7.1.
func bios(s structure) BIOS {
	return BIOS{Found: true, Vendor: s.text(0x04), Version: s.text(0x05), Date: s.text(0x08)}
}

// system is DSP0134, 7.2.
func system(s structure, v Version) System {
	out := System{
		Found: true, Manufacturer: s.text(0x04), Product: s.text(0x05), Version: s.text(0x06), Serial: s.text(0x07),
		SKU: s.text(0x19), Family: s.text(0x1a),
	}
	if !s.has(0x08, 16) {
		return out
	}
	u := [16]byte(s.body[0x08:0x18])
	if v.littleEndian() {
		u = [16]byte{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]}
	}
	out.UUID, out.HasUUID = u, true
	return out
}

// chassis is DSP0134, 7.4.
func chassis(s structure) Chassis {
	return Chassis{
		Found: true, Manufacturer: s.text(0x04), Type: s.number8(0x05) & 0x7f, Version: s.text(0x06), Serial: s.text(0x07),
	}
}

// cpu is DSP0134, 7.5; bit 6 of the status says that the socket is in use.
func cpu(s structure) CPU {
	return CPU{
		Socket: s.text(0x04), Manufacturer: s.text(0x07), Version: s.text(0x10), Serial: s.text(0x20), Part: s.text(0x22),
		Populated: s.number8(0x18)&0x40 != 0,
	}
}

// memory is DSP0134, 7.18. An empty socket, or one that breaks off before it
// says whether it is empty, is no module.
func memory(s structure) (Memory, bool) {
	if !s.has(0x0c, 2) {
		return Memory{}, false
	}
	size, ok := memorySize(s)
	return Memory{
		Locator: s.text(0x10), Bank: s.text(0x11), Type: memoryTypes[s.number8(0x12)],
		Manufacturer: s.text(0x17), Serial: s.text(0x18), Part: s.text(0x1a), Size: size,
	}, ok
}

// memorySize gives the size in bytes; false for an empty socket.
func memorySize(s structure) (uint64, bool) {
	switch n := s.number16(0x0c); {
	case n == 0:
		return 0, false
	case n == 0xffff:
		return 0, true
	case n == 0x7fff:
		return uint64(s.number32(0x1c)&0x7fffffff) << 20, true
	case n&0x8000 != 0:
		return uint64(n&0x7fff) << 10, true
	default:
		return uint64(n) << 20, true
	}
}
