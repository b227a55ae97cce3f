package keystore

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"

	"github.com/seed-1feef0b2/holdfast/api"
)

const systemKind = KindSecretService

// reachable refuses where go-keyring would start a bus and a keyring of its
// own, which stay behind: without an address of a session bus, and with one
// that says to launch it. It looks where go-keyring's D-Bus library looks.
func reachable() error {
	addr := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if addr == "" || strings.HasPrefix(addr, "autolaunch:") {
		return api.Wrap(api.CodeKeyringAbsent, errors.New("keystore: no session bus"))
	}
	return nil
}

// systemCode tells apart a keyring that is not there, locked, or silent.
func systemCode(err error) string {
	var d dbus.Error
	var dp *dbus.Error
	var op *net.OpError
	switch {
	case errors.As(err, &d):
		return busCode(d.Name)
	case errors.As(err, &dp):
		return busCode(dp.Name)
	case strings.Contains(err.Error(), "failed to unlock"):
		return api.CodeKeyringLocked // go-keyring has no type for it
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return api.CodeKeyringTimeout
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, dbus.ErrClosed):
		return api.CodeKeyringAbsent
	}
	return api.CodeKeyringAbsent
}

// busCode reads the name of a D-Bus error.
func busCode(name string) string {
	switch name {
	case "org.freedesktop.Secret.Error.IsLocked":
		return api.CodeKeyringLocked
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut":
		return api.CodeKeyringTimeout
	}
	return api.CodeKeyringAbsent // no service, no collection, not allowed
}
