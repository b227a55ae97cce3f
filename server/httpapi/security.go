package httpapi

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// security registers the routes about where an account's codes go.
func (a *API) security() {
	s := a.cfg.Service
	read[atDevice](a, api.RouteSecurity, "Where the account's codes go",
		func(ctx context.Context, c server.Caller, _ string) (api.Security, error) { return s.Security(ctx, c) })
	write[atDevice](a, api.RouteChannel, "Ask that codes go elsewhere: the challenge's code makes the change", own(s.RequestChannel))
	write[atDevice](a, api.RouteEmail, "Give the address again that the server lost: the challenge's code goes there and confirms it", own(s.RestoreEmail))
	write[atDevice](a, api.RoutePhones, "Enrol a phone: the challenge's code goes there and confirms it", own(s.RequestPhone))
	write[atDevice](a, api.RouteNoPhone, "Take the phone away: codes go to the e-mail address again", own(s.RemovePhone))
	write[atDevice](a, api.RouteTests, "Send a test message, without a code, over an enrolled way", own(s.TestWay))
	write[atDevice](a, api.RouteEnrolStop, "Let the account enrol new computers again",
		func(ctx context.Context, c server.Caller, _ string, _ api.LiftRequest) (api.Security, error) {
			return s.LiftEnrolStop(ctx, c)
		})
}
