package fingerprint

import (
	"context"
	"strconv"
	"sync"
)

// Darwin is what a macOS source offers beside files. Every call is bounded in
// time and size and looks at no environment variable.
type Darwin interface {
	// IORegistry gives a part of the I/O registry as a property list, the way
	// ioreg(8) archives it (-a): an array of entries, or one entry. Empty where
	// nothing matches.
	IORegistry(ctx context.Context, q IOQuery) ([]byte, error)
	// Sysctl gives a text of sysctl(3), such as hw.model.
	Sysctl(name string) (string, error)
	// SysctlNumber gives a number of sysctl(3), of 32 or 64 bits.
	SysctlNumber(name string) (uint64, error)
	// MountedFrom gives the device that the file system of a directory was
	// mounted from, such as /dev/disk3s5.
	MountedFrom(dir string) (string, error)
}

// IOQuery names a part of the I/O registry. The fields are ioreg's options.
type IOQuery struct {
	Name  string // what a recorded computer calls the file: ioreg/NAME.plist
	Plane string // -p; empty is IOService
	Class string // -r -c: the entries of a class and of those made from it
	Key   string // -r -k: the entries that have a property
	Depth int    // -d: levels shown; 0 shows all
}

// Arguments are ioreg's for this part.
func (q IOQuery) Arguments() []string {
	args := []string{"-a"}
	if q.Plane != "" {
		args = append(args, "-p", q.Plane, "-l")
	}
	if q.Class != "" {
		args = append(args, "-r", "-c", q.Class)
	}
	if q.Key != "" {
		args = append(args, "-r", "-k", q.Key)
	}
	if q.Depth > 0 {
		args = append(args, "-d", strconv.Itoa(q.Depth))
	}
	return args
}

// The parts of the registry that are read. Each is one start of ioreg, all at
// the same time.
var (
	ioExpert      = IOQuery{Name: "IOPlatformExpertDevice", Class: "IOPlatformExpertDevice", Depth: 1}
	ioDisks       = IOQuery{Name: "IOBlockStorageDevice", Class: "IOBlockStorageDevice"}
	ioCards       = IOQuery{Name: "IOEthernetController", Class: "IOEthernetController", Depth: 2}
	ioAddresses   = IOQuery{Name: "IOMACAddress", Key: "IOMACAddress", Depth: 2}
	ioPCI         = IOQuery{Name: "IOPCIDevice", Class: "IOPCIDevice", Depth: 1}
	ioAccelerator = IOQuery{Name: "IOAccelerator", Class: "IOAccelerator", Depth: 1}
	ioTree        = IOQuery{Name: "IODeviceTree", Plane: "IODeviceTree", Depth: 3}
)

// DarwinQueries lists all parts of the registry that the reader asks for.
func DarwinQueries() []IOQuery {
	return []IOQuery{ioExpert, ioDisks, ioCards, ioAddresses, ioPCI, ioAccelerator, ioTree}
}

// darwinProbes are the macOS reader, anchors first. All of it reads through the
// source, so it runs on every system over a recorded Mac.
var darwinProbes = []probe{
	macStart,
	macInstallID,
	macBoard,
	macBootDisk,
	macNetworkCards,
	macHypervisor,
	macRootFS,
	macModels,
	macFirmware,
	macSecureBoot,
	macTPM,
	macDisks,
	macRelease,
	macKernel,
	macCPU,
	macMemory,
	macMemoryModules,
	macGPUs,
	macPCI,
	macGPUDriver,
	macModules,
	macPackages,
	macSecurityAgents,
}

// macRegistry keeps what several probes of a Mac need in one read.
type macRegistry struct {
	mac   Darwin // nil where the source offers files only
	parts map[string]func() ([]ioEntry, error)
	// bundles are the identifiers of drivers and applications that were read,
	// blind what could not be.
	bundles []string
	blind   []Component
}

// macStart asks for all parts of the registry at once: each is a program that
// takes 10 to 25 ms, and together they take little longer than one.
func macStart(r *reader) []Component {
	mac, ok := r.src.(Darwin)
	r.io = &macRegistry{parts: map[string]func() ([]ioEntry, error){}}
	if !ok {
		return nil
	}
	r.io.mac = mac
	for _, q := range DarwinQueries() {
		part := sync.OnceValues(func() ([]ioEntry, error) {
			b, err := mac.IORegistry(r.ctx, q)
			if err != nil {
				return nil, err
			}
			return parseRegistry(b)
		})
		r.io.parts[q.Name] = part
		go part()
	}
	return nil
}

// ioreg gives a part of the registry, waiting for it where it is under way.
func (r *reader) ioreg(q IOQuery) ([]ioEntry, error) {
	if r.io.mac == nil {
		return nil, ErrUnsupported
	}
	return r.io.parts[q.Name]()
}

func (r *reader) sysctl(name string) (string, error) {
	if r.io.mac == nil {
		return "", ErrUnsupported
	}
	s, err := r.io.mac.Sysctl(name)
	return clean(s), err
}

func (r *reader) sysctlNumber(name string) (uint64, error) {
	if r.io.mac == nil {
		return 0, ErrUnsupported
	}
	return r.io.mac.SysctlNumber(name)
}
