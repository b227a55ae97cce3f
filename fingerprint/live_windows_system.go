//go:build windows

package fingerprint

import (
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Libraries are loaded from the system's own folder and nowhere else.
var (
	kernel32 = windows.NewLazySystemDLL("kernel32.dll")
	iphlpapi = windows.NewLazySystemDLL("iphlpapi.dll")
	tbs      = windows.NewLazySystemDLL("tbs.dll")

	getSystemFirmwareTable = kernel32.NewProc("GetSystemFirmwareTable")
	globalMemoryStatusEx   = kernel32.NewProc("GlobalMemoryStatusEx")
	getIfTable2            = iphlpapi.NewProc("GetIfTable2")
	tbsGetDeviceInfo       = tbs.NewProc("Tbsi_GetDeviceInfo")
)

// call calls a function that may be missing.
func call(p *windows.LazyProc, args ...uintptr) (uintptr, error) {
	if err := p.Find(); err != nil {
		return 0, errors.Join(ErrUnsupported, err)
	}
	r, _, err := p.Call(args...)
	return r, err
}

const (
	firmwareProvider = 'R'<<24 | 'S'<<16 | 'M'<<8 | 'B'
	// maxFirmwareTable bounds the table in bytes; the largest known have 64 KiB.
	maxFirmwareTable = 1 << 20
)

func (liveWindows) FirmwareTable() ([]byte, error) {
	size, err := call(getSystemFirmwareTable, firmwareProvider, 0, 0, 0)
	if size == 0 {
		return nil, told(err)
	}
	if size > maxFirmwareTable {
		return nil, ErrTooLarge
	}
	buf := make([]byte, size)
	n, err := call(getSystemFirmwareTable, firmwareProvider, 0, uintptr(unsafe.Pointer(&buf[0])), size)
	if n == 0 || n > size {
		return nil, told(err)
	}
	return buf[:n], nil
}

// memoryStatus is MEMORYSTATUSEX.
type memoryStatus struct {
	length, load                                                      uint32
	total, free, totalPage, freePage, totalVirtual, freeVirtual, rest uint64
}

func (liveWindows) Memory() (uint64, error) {
	m := memoryStatus{length: uint32(unsafe.Sizeof(memoryStatus{}))}
	ok, err := call(globalMemoryStatusEx, uintptr(unsafe.Pointer(&m)))
	if ok == 0 {
		return 0, told(err)
	}
	return m.total, nil
}

// maxVersionResource bounds a version resource in bytes.
const maxVersionResource = 256 << 10

func (liveWindows) FileVersion(path string) (WindowsFileVersion, error) {
	var out WindowsFileVersion
	var handle windows.Handle
	size, err := windows.GetFileVersionInfoSize(path, &handle)
	if err != nil {
		return out, told(err)
	}
	if size > maxVersionResource {
		return out, ErrTooLarge
	}
	buf := make([]byte, size)
	block := unsafe.Pointer(&buf[0])
	if err := windows.GetFileVersionInfo(path, 0, size, block); err != nil {
		return out, told(err)
	}
	var fixed *windows.VS_FIXEDFILEINFO
	n := uint32(0)
	if err := windows.VerQueryValue(block, `\`, unsafe.Pointer(&fixed), &n); err != nil || n < uint32(unsafe.Sizeof(*fixed)) {
		return out, fs.ErrNotExist
	}
	out.Version = fmt.Sprintf("%d.%d.%d.%d", fixed.FileVersionMS>>16, fixed.FileVersionMS&0xffff, fixed.FileVersionLS>>16, fixed.FileVersionLS&0xffff)
	out.Company = company(block)
	return out, nil
}

// company reads CompanyName in the first language that the file has.
func company(block unsafe.Pointer) string {
	var language *[2]uint16
	n := uint32(0)
	if err := windows.VerQueryValue(block, `\VarFileInfo\Translation`, unsafe.Pointer(&language), &n); err != nil || n < 4 {
		return ""
	}
	var text *uint16
	name := fmt.Sprintf(`\StringFileInfo\%04x%04x\CompanyName`, language[0], language[1])
	if err := windows.VerQueryValue(block, name, unsafe.Pointer(&text), &n); err != nil || n == 0 {
		return ""
	}
	return clean(windows.UTF16ToString(unsafe.Slice(text, n)))
}

// Results of TPM Base Services (winerror.h).
const tbsNotFound = 0x8028400f

func (liveWindows) TPMVersion() (int, error) {
	// TPM_DEVICE_INFO: structure version, TPM version, interface, revision.
	var info [4]uint32
	r, err := call(tbsGetDeviceInfo, unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info[0])))
	switch {
	case errors.Is(err, ErrUnsupported):
		return 0, err
	case r == tbsNotFound:
		return 0, fs.ErrNotExist
	case r != 0:
		return 0, errors.Join(ErrUnsupported, fmt.Errorf("TPM base services: %#x", r))
	}
	return int(info[1]), nil
}
