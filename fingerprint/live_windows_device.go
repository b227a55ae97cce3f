//go:build windows

package fingerprint

import (
	"encoding/hex"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Bits of MIB_IF_ROW2.InterfaceAndOperStatusFlags.
const (
	hardwareInterface = 1 << 0
	connectorPresent  = 1 << 2
)

func (liveWindows) Adapters(limit int) ([]WindowsAdapter, error) {
	var table *windows.MibIfTable2
	r, err := call(getIfTable2, uintptr(unsafe.Pointer(&table)))
	if errors.Is(err, ErrUnsupported) {
		return nil, err
	}
	if r != 0 || table == nil {
		return nil, told(windows.Errno(r))
	}
	defer windows.FreeMibTable(unsafe.Pointer(table))
	if int64(table.NumEntries) > int64(limit) {
		return nil, ErrTooLarge
	}
	rows := unsafe.Slice(&table.Table[0], table.NumEntries)
	out := make([]WindowsAdapter, 0, len(rows))
	for i := range rows {
		row := &rows[i]
		n := min(int(row.PhysicalAddressLength), len(row.PermanentPhysicalAddress))
		out = append(out, WindowsAdapter{
			GUID: row.InterfaceGuid.String(), Type: row.Type,
			Hardware:  row.InterfaceAndOperStatusFlags&hardwareInterface != 0,
			Connector: row.InterfaceAndOperStatusFlags&connectorPresent != 0,
			Permanent: hex.EncodeToString(row.PermanentPhysicalAddress[:n]),
		})
	}
	return out, nil
}

func (liveWindows) Devices(enumerator string, limit int) ([]WindowsDevice, error) {
	set, err := windows.SetupDiGetClassDevsEx(nil, enumerator, 0, windows.DIGCF_PRESENT|windows.DIGCF_ALLCLASSES, 0, "")
	if err != nil {
		return nil, told(err)
	}
	defer set.Close()
	var out []WindowsDevice
	for i := 0; ; i++ {
		info, err := set.EnumDeviceInfo(i)
		if errors.Is(err, windows.ERROR_NO_MORE_ITEMS) {
			return out, nil
		}
		if err != nil {
			return nil, told(err)
		}
		if i >= limit {
			return nil, ErrTooLarge
		}
		d, err := readDevice(set, info)
		if err != nil {
			return nil, fmt.Errorf("device %d of %s: %w", i, enumerator, told(err))
		}
		out = append(out, d)
	}
}

// readDevice reads a device's properties; one that it does not have stays empty.
func readDevice(set windows.DevInfo, info *windows.DevInfoData) (WindowsDevice, error) {
	instance, err := set.DeviceInstanceID(info)
	if err != nil {
		return WindowsDevice{}, err
	}
	text := func(p windows.SPDRP) string { s, _ := deviceProperty(set, info, p).(string); return s }
	d := WindowsDevice{
		Instance: instance, Service: text(windows.SPDRP_SERVICE), Driver: text(windows.SPDRP_DRIVER),
		Container: text(windows.SPDRP_BASE_CONTAINERID),
	}
	d.Hardware, _ = deviceProperty(set, info, windows.SPDRP_HARDWAREID).([]string)
	d.Removal, _ = deviceProperty(set, info, windows.SPDRP_REMOVAL_POLICY).(uint32)
	return d, nil
}

// deviceProperty gives a property, or nil. The library indexes into a value
// without looking whether it is empty, as a broken driver may leave it.
func deviceProperty(set windows.DevInfo, info *windows.DevInfoData, p windows.SPDRP) (v any) {
	defer func() {
		if recover() != nil {
			v = nil
		}
	}()
	v, err := set.DeviceRegistryProperty(info, p)
	if err != nil {
		return nil
	}
	return v
}
