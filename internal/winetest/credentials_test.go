package winetest

import "testing"

// credentialsUnderWine keeps secrets in Wine's Credential Manager.
func credentialsUnderWine(t *testing.T, w *Wine) {
	r := passed(t, w, nil, w.BuildTest(t, "./app/keystore"), "^TestCredentialManager$")
	t.Logf("took %v", r.Took)
}
