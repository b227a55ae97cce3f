//go:build !linux

package keystore

import (
	"runtime"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// systemKind is what go-keyring uses here.
var systemKind = map[string]string{"darwin": KindKeychain, "windows": KindCredentialManager}[runtime.GOOS]

func reachable() error { return nil }

// systemCode tells a locked keychain from one that is not there. macOS: the
// security tool says that interaction is not allowed, or ends with 36.
func systemCode(err error) string {
	text := err.Error()
	if strings.Contains(text, "interaction is not allowed") || strings.Contains(text, "exit status 36") {
		return api.CodeKeyringLocked
	}
	return api.CodeKeyringAbsent
}
