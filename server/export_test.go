package server

// Exported for the tests that run the service over real databases.

// DeriveCode is deriveCode.
func DeriveCode(secret []byte, channel string, epoch int) string {
	return deriveCode(secret, channel, epoch)
}
