package fingerprint

// noWindows stands in where a source says that it is Windows and offers none of
// its calls.
type noWindows struct{}

func (noWindows) RegistryKeys(string, int) ([]string, error) { return nil, ErrUnsupported }

func (noWindows) RegistryValues(string, ...string) ([]RegistryValue, error) {
	return nil, ErrUnsupported
}

func (noWindows) FirmwareTable() ([]byte, error)               { return nil, ErrUnsupported }
func (noWindows) Memory() (uint64, error)                      { return 0, ErrUnsupported }
func (noWindows) SystemVolume() (WindowsVolume, error)         { return WindowsVolume{}, ErrUnsupported }
func (noWindows) Disks(int) ([]WindowsDisk, error)             { return nil, ErrUnsupported }
func (noWindows) Adapters(int) ([]WindowsAdapter, error)       { return nil, ErrUnsupported }
func (noWindows) Devices(string, int) ([]WindowsDevice, error) { return nil, ErrUnsupported }
func (noWindows) TPMVersion() (int, error)                     { return 0, ErrUnsupported }

func (noWindows) FileVersion(string) (WindowsFileVersion, error) {
	return WindowsFileVersion{}, ErrUnsupported
}
