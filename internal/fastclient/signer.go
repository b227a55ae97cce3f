package fastclient

import "github.com/seed-1feef0b2/holdfast/api/sign"

// Signer is the device key, for requests that are made by other means.
func (d *Device) Signer() sign.Signer { return d.signer }
