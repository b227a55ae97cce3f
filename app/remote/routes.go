package remote

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// Register makes an account; s holds the key in the request's device.
func (c *Client) Register(ctx context.Context, s sign.Signer, in api.RegisterRequest, key string) (api.EnrolReply, error) {
	return c.enrolment(ctx, call{method: http.MethodPost, path: api.RouteAccounts, signer: s, in: in, key: key})
}

// Enrol adds a computer to an account.
func (c *Client) Enrol(ctx context.Context, s sign.Signer, in api.EnrolRequest, key string) (api.EnrolReply, error) {
	return c.enrolment(ctx, call{method: http.MethodPost, path: api.RouteDevices, signer: s, in: in, key: key})
}

func (c *Client) enrolment(ctx context.Context, r call) (api.EnrolReply, error) {
	var out api.EnrolReply
	r.out = &out
	if err := c.do(ctx, r); err != nil {
		return api.EnrolReply{}, err
	}
	if out.DeviceID == "" || out.Account == "" || out.Policy == "" || out.Issuers.Current == "" {
		return api.EnrolReply{}, api.NewError(api.CodeServerReply)
	}
	return out, nil
}

// CheckIn reports a fresh snapshot.
func (c *Client) CheckIn(ctx context.Context, s sign.Signer, device string, in api.CheckInRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteCheckIns, device, ""), signer: s, in: in, key: key})
}

// Device asks what the server says of a device; it changes nothing.
func (c *Client) Device(ctx context.Context, s sign.Signer, device string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodGet, path: route(api.RouteDevice, device, ""), signer: s})
}

// Answer answers a challenge with a code.
func (c *Client) Answer(ctx context.Context, s sign.Signer, device, ref string, in api.AnswerRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteAnswers, device, ref), signer: s, in: in, key: key})
}

// Rotate asks for the share of the next generation.
func (c *Client) Rotate(ctx context.Context, s sign.Signer, device string, in api.RotateRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteRotations, device, ""), signer: s, in: in, key: key})
}

// ReplaceKey asks that a new key takes the place of a lost one; s holds the new
// key. The reply's challenge asks for the code.
func (c *Client) ReplaceKey(ctx context.Context, s sign.Signer, device string, in api.ReplaceKeyRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteKeys, device, ""), signer: s, in: in, key: key})
}

// Announce announces a change of hardware; the reply's challenge asks for the
// code that opens the window.
func (c *Client) Announce(ctx context.Context, s sign.Signer, device string, in api.AnnounceRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteAnnounce, device, ""), signer: s, in: in, key: key})
}

// Security asks where the account's codes go.
func (c *Client) Security(ctx context.Context, s sign.Signer, device string) (api.Security, error) {
	return c.security(ctx, call{method: http.MethodGet, path: route(api.RouteSecurity, device, ""), signer: s})
}

// RemovePhone takes the phone off the account.
func (c *Client) RemovePhone(ctx context.Context, s sign.Signer, device string, in api.NoPhoneRequest, key string) (api.Security, error) {
	return c.security(ctx, call{method: http.MethodPost, path: route(api.RouteNoPhone, device, ""), signer: s, in: in, key: key})
}

// LiftEnrolStop lets new computers join again.
func (c *Client) LiftEnrolStop(ctx context.Context, s sign.Signer, device, key string) (api.Security, error) {
	return c.security(ctx, call{method: http.MethodPost, path: route(api.RouteEnrolStop, device, ""), signer: s, in: api.LiftRequest{}, key: key})
}

func (c *Client) security(ctx context.Context, r call) (api.Security, error) {
	var out api.Security
	r.out = &out
	if err := c.do(ctx, r); err != nil {
		return api.Security{}, err
	}
	if out.Channel == "" {
		return api.Security{}, api.NewError(api.CodeServerReply)
	}
	return out, nil
}

// TestChannel asks for a message without a code over an enrolled channel.
func (c *Client) TestChannel(ctx context.Context, s sign.Signer, device string, in api.TestRequest, key string) (api.Delivery, error) {
	var out api.Delivery
	err := c.do(ctx, call{method: http.MethodPost, path: route(api.RouteTests, device, ""), signer: s, in: in, key: key, out: &out})
	if err == nil && out.State == "" {
		err = api.NewError(api.CodeServerReply)
	}
	return out, err
}

// AddPhone asks to enrol a phone; the reply's challenge asks for the code that
// went to it.
func (c *Client) AddPhone(ctx context.Context, s sign.Signer, device string, in api.PhoneRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RoutePhones, device, ""), signer: s, in: in, key: key})
}

// SetChannel asks that codes go elsewhere; the reply's challenge asks for the code
// that went where codes go now.
func (c *Client) SetChannel(ctx context.Context, s sign.Signer, device string, in api.ChannelRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteChannel, device, ""), signer: s, in: in, key: key})
}

// GiveEmail gives the account's address again after the server lost it.
func (c *Client) GiveEmail(ctx context.Context, s sign.Signer, device string, in api.EmailRequest, key string) (api.DeviceReply, error) {
	return c.device(ctx, call{method: http.MethodPost, path: route(api.RouteEmail, device, ""), signer: s, in: in, key: key})
}

// History asks for a page of what happened to a device, newest first: the one
// before an event's number, or the first for 0.
func (c *Client) History(ctx context.Context, s sign.Signer, device string, before int64) (api.History, error) {
	path := route(api.RouteHistory, device, "")
	if before > 0 {
		path += "?before=" + strconv.FormatInt(before, 10)
	}
	var out api.History
	if err := c.do(ctx, call{method: http.MethodGet, path: path, signer: s, out: &out}); err != nil {
		return api.History{}, err
	}
	if out.Before < 0 || before > 0 && out.Before >= before {
		return api.History{}, api.NewError(api.CodeServerReply) // it would never end
	}
	return out, nil
}

func (c *Client) device(ctx context.Context, r call) (api.DeviceReply, error) {
	var out api.DeviceReply
	r.out = &out
	if err := c.do(ctx, r); err != nil {
		return api.DeviceReply{}, err
	}
	if out.State == "" || out.Time == "" {
		return api.DeviceReply{}, api.NewError(api.CodeServerReply)
	}
	return out, nil
}

// Challenge asks how a challenge and its deliveries stand.
func (c *Client) Challenge(ctx context.Context, s sign.Signer, device, ref string) (api.Challenge, error) {
	return c.challenge(ctx, call{method: http.MethodGet, path: route(api.RouteChallenge, device, ref), signer: s})
}

// SendAgain asks for another message of the same code.
func (c *Client) SendAgain(ctx context.Context, s sign.Signer, device, ref string, in api.DeliveryRequest, key string) (api.Challenge, error) {
	return c.challenge(ctx, call{method: http.MethodPost, path: route(api.RouteDeliveries, device, ref), signer: s, in: in, key: key})
}

func (c *Client) challenge(ctx context.Context, r call) (api.Challenge, error) {
	var out api.Challenge
	r.out = &out
	if err := c.do(ctx, r); err != nil {
		return api.Challenge{}, err
	}
	if out.Reference == "" || out.State == "" {
		return api.Challenge{}, api.NewError(api.CodeServerReply)
	}
	return out, nil
}

// SignOut revokes the device's key at the server.
func (c *Client) SignOut(ctx context.Context, s sign.Signer, device, key string) error {
	return c.do(ctx, call{method: http.MethodPost, path: route(api.RouteSignOut, device, ""), signer: s, in: api.SignOutRequest{}, key: key})
}

// Ping asks whether a server of ours answers at all. It is the one request
// that is not signed.
func (c *Client) Ping(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodGet, path: "/healthz"})
}

// route fills a route's places.
func route(pattern, device, ref string) string {
	return strings.NewReplacer("{id}", url.PathEscape(device), "{ref}", url.PathEscape(ref)).Replace(pattern)
}
