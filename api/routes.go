package api

// Routes of version 1.
const (
	RouteAccounts   = "/v1/accounts"
	RouteDevices    = "/v1/devices"
	RouteDevice     = "/v1/devices/{id}"
	RouteCheckIns   = "/v1/devices/{id}/check-ins"
	RouteChallenge  = "/v1/devices/{id}/challenges/{ref}"
	RouteDeliveries = "/v1/devices/{id}/challenges/{ref}/deliveries"
	RouteAnswers    = "/v1/devices/{id}/challenges/{ref}/answers"
	RouteSignOut    = "/v1/devices/{id}/sign-out"
	RouteRotations  = "/v1/devices/{id}/rotations"
	RouteAnnounce   = "/v1/devices/{id}/announcements"
	RouteKeys       = "/v1/devices/{id}/keys"
	RouteHistory    = "/v1/devices/{id}/history"
	RouteSecurity   = "/v1/devices/{id}/security"
	RouteChannel    = "/v1/devices/{id}/security/channel"
	RoutePhones     = "/v1/devices/{id}/security/phones"
	RouteNoPhone    = "/v1/devices/{id}/security/phones/remove"
	RouteTests      = "/v1/devices/{id}/security/tests"
	RouteEnrolStop  = "/v1/devices/{id}/security/enrol-stop/lift"
	RouteEmail      = "/v1/devices/{id}/security/email"
)

// MaxBody is the largest request body in bytes: a snapshot of some ten
// thousand components fits.
const MaxBody = 2 << 20
