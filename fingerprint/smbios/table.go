package smbios

// Table is what a table holds. Texts are bytes as they stand there: nothing
// says which character set they are in, and placeholders are left in.
type Table struct {
	// Truncated is true where the table breaks off or makes no sense from some
	// point on, or has no end mark (type 127). What is given lies before.
	Truncated bool

	BIOS    BIOS
	System  System
	Board   Board
	Chassis Chassis
	CPUs    []CPU    // in the table's order, at most 1024
	Memory  []Memory // sockets with a module in them, in the table's order, at most 1024
}

// BIOS is type 0, the firmware itself.
type BIOS struct {
	Found                 bool // there is such a structure, whole or not
	Vendor, Version, Date string
}

// System is type 1, the computer as it is sold.
type System struct {
	Found                                               bool
	Manufacturer, Product, Version, Serial, SKU, Family string
	// UUID is in the order in which it is written, whatever the table's byte
	// order; all zero where HasUUID is false.
	UUID    [16]byte
	HasUUID bool
}

// Board is type 2, the main board: the first one where there are several.
type Board struct {
	Found                                  bool
	Manufacturer, Product, Version, Serial string
}

// Chassis is type 3, the housing.
type Chassis struct {
	Found                         bool
	Manufacturer, Version, Serial string
	// Type is 1 to 36 (DSP0134, 7.4.1), without the bit that says that the
	// housing is locked; 0 where the table does not say.
	Type byte
}

// CPU is type 4, a processor's socket.
type CPU struct {
	Socket, Manufacturer, Version, Serial, Part string
	Populated                                   bool
}

// Memory is type 17, a memory module.
type Memory struct {
	Locator, Bank, Manufacturer, Serial, Part string
	// Size is in bytes; 0 where the table does not say.
	Size uint64
	// Type is the kind of memory (DSP0134, 7.18.2), as "DDR4"; empty where it
	// has no usual name.
	Type string
}

// memoryTypes are the usual names among the types of memory.
var memoryTypes = map[byte]string{
	0x0f: "SDRAM", 0x12: "DDR", 0x13: "DDR2", 0x18: "DDR3", 0x1a: "DDR4", 0x1b: "LPDDR", 0x1c: "LPDDR2",
	0x1d: "LPDDR3", 0x1e: "LPDDR4", 0x20: "HBM", 0x21: "HBM2", 0x22: "DDR5", 0x23: "LPDDR5", 0x24: "HBM3",
}
