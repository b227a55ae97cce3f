//go:build windows

package fingerprint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/windows"
)

// Control codes that any handle may send, even one without access (winioctl.h,
// FILE_ANY_ACCESS).
const (
	ioctlQueryProperty = 0x002d1400
	ioctlHotplugInfo   = 0x002d0c14
	ioctlVolumeExtents = 0x00560000
	ioctlPartitionInfo = 0x00070048
)

// Storage properties.
const (
	propertyDevice   = 0 // StorageDeviceProperty
	propertyDeviceID = 2 // StorageDeviceIdProperty
)

// openDevice opens a device without any access, which needs no rights.
func openDevice(name string) (windows.Handle, error) {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	h, err := windows.CreateFile(p, 0, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	return h, told(err)
}

// control sends one control code; the answer has at most 4 KiB.
func control(h windows.Handle, code uint32, in []byte) ([]byte, error) {
	out := make([]byte, 4096)
	var from *byte
	if len(in) > 0 {
		from = &in[0]
	}
	n := uint32(0)
	err := windows.DeviceIoControl(h, code, from, uint32(len(in)), &out[0], uint32(len(out)), &n, nil)
	if err != nil {
		return nil, told(err)
	}
	return out[:min(int(n), len(out))], nil
}

func property(h windows.Handle, id uint32) ([]byte, error) {
	query := make([]byte, 12)
	binary.LittleEndian.PutUint32(query, id)
	return control(h, ioctlQueryProperty, query)
}

// Disks asks for the numbers from 0 up; numbers have gaps where a disk was
// unplugged.
func (liveWindows) Disks(limit int) ([]WindowsDisk, error) {
	var out []WindowsDisk
	var lack error = fs.ErrNotExist
	for n := range limit {
		d, err := readDisk(uint32(n))
		switch {
		case err == nil:
			out = append(out, d)
		case !errors.Is(err, fs.ErrNotExist):
			lack = err
		}
	}
	if len(out) == 0 {
		return nil, lack
	}
	return out, nil
}

func readDisk(number uint32) (WindowsDisk, error) {
	h, err := openDevice(fmt.Sprintf(`\\.\PhysicalDrive%d`, number))
	if err != nil {
		return WindowsDisk{}, err
	}
	defer func() { _ = windows.CloseHandle(h) }()
	b, err := property(h, propertyDevice)
	if err != nil {
		return WindowsDisk{}, err
	}
	d, err := parseStorageDevice(b)
	if err != nil {
		return WindowsDisk{}, err
	}
	d.Number = number
	if b, err := property(h, propertyDeviceID); err == nil {
		d.ID = parseStorageIDs(b)
	}
	if b, err := control(h, ioctlHotplugInfo, nil); err == nil {
		d.Hotplug = parseHotplug(b)
	}
	return d, nil
}

func (liveWindows) SystemVolume() (WindowsVolume, error) {
	var v WindowsVolume
	dir, err := windows.GetSystemWindowsDirectory()
	if err != nil || len(dir) < 3 || dir[1] != ':' {
		return v, errors.Join(ErrUnsupported, err)
	}
	root, err := windows.UTF16PtrFromString(dir[:2] + `\`)
	if err != nil {
		return v, err
	}
	if err := windows.GetVolumeInformation(root, nil, 0, &v.Serial, nil, nil, nil, 0); err != nil {
		return v, told(err)
	}
	h, err := openDevice(`\\.\` + dir[:2])
	if err != nil {
		return v, err
	}
	defer func() { _ = windows.CloseHandle(h) }()
	b, err := control(h, ioctlVolumeExtents, nil)
	if err != nil {
		return v, err
	}
	v.Disks = parseExtents(b)
	if b, err = control(h, ioctlPartitionInfo, nil); err != nil {
		return v, err
	}
	v.Partition = parsePartition(b)
	return v, nil
}
