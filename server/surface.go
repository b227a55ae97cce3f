package server

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/seed-1feef0b2/holdfast/api"
)

var errSoon = errors.New("server: being built")

func (s *Service) DeviceKey(ctx context.Context, keyid string) (*ecdsa.PublicKey, error) {
	return nil, errSoon
}

func (s *Service) Register(ctx context.Context, c Caller, r api.RegisterRequest) (api.EnrolReply, error) {
	return api.EnrolReply{}, errSoon
}

func (s *Service) Enrol(ctx context.Context, c Caller, r api.EnrolRequest) (api.EnrolReply, error) {
	return api.EnrolReply{}, errSoon
}

func (s *Service) CheckIn(ctx context.Context, c Caller, r api.CheckInRequest) (api.DeviceReply, error) {
	return api.DeviceReply{}, errSoon
}

func (s *Service) Device(ctx context.Context, c Caller) (api.DeviceReply, error) {
	return api.DeviceReply{}, errSoon
}

func (s *Service) Challenge(ctx context.Context, c Caller, reference string) (api.Challenge, error) {
	return api.Challenge{}, errSoon
}

func (s *Service) SendAgain(ctx context.Context, c Caller, reference string, r api.DeliveryRequest) (api.Challenge, error) {
	return api.Challenge{}, errSoon
}

func (s *Service) Answer(ctx context.Context, c Caller, reference string, r api.AnswerRequest) (api.DeviceReply, error) {
	return api.DeviceReply{}, errSoon
}

func (s *Service) SignOut(ctx context.Context, c Caller) error { return errSoon }

func (s *Service) SetPolicy(ctx context.Context, account, name string) error { return errSoon }

func (s *Service) LiftEnrolStop(ctx context.Context, c Caller) error { return errSoon }

func (s *Service) JWKS() jose.JSONWebKeySet { return jose.JSONWebKeySet{} }

func (s *Service) Sweep(ctx context.Context) (int, error) { return 0, errSoon }

func (s *Service) OpenEpoch(ctx context.Context) error { return errSoon }

func (s *Service) VerifyAudit(ctx context.Context, account string) error { return errSoon }

func (s *Service) MessageSent(ctx context.Context, id int64, detail string) error { return errSoon }

func (s *Service) MessageRefused(ctx context.Context, id int64, detail string) error { return errSoon }

func (s *Service) MessagePutOff(ctx context.Context, id int64, detail string, next time.Time) error {
	return errSoon
}

func (s *Service) ClaimMessages(ctx context.Context, worker string, n int) ([]Message, error) {
	return nil, errSoon
}

type issuers struct{}

func (s *Service) loadIssuers(ctx context.Context) error { return nil }

func (s *Service) hashPassword(ctx context.Context, p string) (string, error) { return "", nil }
