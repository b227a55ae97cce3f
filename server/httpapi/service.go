package httpapi

import (
	"context"
	"crypto/ecdsa"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

// Service is what this package needs of *server.Service. Every error that a
// person may see is an *api.Error; any other becomes "internal".
type Service interface {
	// DeviceKey gives the public key of a keyid, frozen and revoked ones
	// included (the use case decides), or unknown_key.
	DeviceKey(ctx context.Context, keyid string) (*ecdsa.PublicKey, error)
	Register(ctx context.Context, c server.Caller, r api.RegisterRequest) (api.EnrolReply, error)
	Enrol(ctx context.Context, c server.Caller, r api.EnrolRequest) (api.EnrolReply, error)
	CheckIn(ctx context.Context, c server.Caller, r api.CheckInRequest) (api.DeviceReply, error)
	Device(ctx context.Context, c server.Caller) (api.DeviceReply, error)
	Challenge(ctx context.Context, c server.Caller, ref string) (api.Challenge, error)
	SendAgain(ctx context.Context, c server.Caller, ref string, r api.DeliveryRequest) (api.Challenge, error)
	Answer(ctx context.Context, c server.Caller, ref string, r api.AnswerRequest) (api.DeviceReply, error)
	Rotate(ctx context.Context, c server.Caller, r api.RotateRequest) (api.DeviceReply, error)
	Announce(ctx context.Context, c server.Caller, r api.AnnounceRequest) (api.DeviceReply, error)
	ReplaceKey(ctx context.Context, c server.Caller, r api.ReplaceKeyRequest) (api.DeviceReply, error)
	History(ctx context.Context, c server.Caller, before int64) (api.History, error)
	Security(ctx context.Context, c server.Caller) (api.Security, error)
	RestoreEmail(ctx context.Context, c server.Caller, r api.EmailRequest) (api.DeviceReply, error)
	RequestChannel(ctx context.Context, c server.Caller, r api.ChannelRequest) (api.DeviceReply, error)
	RequestPhone(ctx context.Context, c server.Caller, r api.PhoneRequest) (api.DeviceReply, error)
	RemovePhone(ctx context.Context, c server.Caller, r api.NoPhoneRequest) (api.Security, error)
	TestWay(ctx context.Context, c server.Caller, r api.TestRequest) (api.Delivery, error)
	LiftEnrolStop(ctx context.Context, c server.Caller) (api.Security, error)
	// LinkPage and SayNotMe are those of a link in a message; not_found.
	LinkPage(ctx context.Context, token string) (server.NotMe, error)
	SayNotMe(ctx context.Context, c server.Caller, token string) (server.NotMe, error)
	SignOut(ctx context.Context, c server.Caller) error
	// JWKS is the published key set (RFC 7517).
	JWKS() jose.JSONWebKeySet
	// Ready says whether requests can be served: the database answers.
	Ready(ctx context.Context) error
}
