package fastclient

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/api/sign"
)

// NewDevice is what registering and enrolling say of this computer. The chain
// begins anew with each.
func (d *Device) NewDevice() api.NewDevice {
	d.Prev = Random(16)
	return api.NewDevice{Key: sign.FromPublic(&d.key.PublicKey), Name: "Laptop " + d.Disk, Snapshot: Snapshot(d.Disk), Next: d.Prev}
}

// Register makes the account. The reply is read into the device.
func (d *Device) Register(ctx context.Context) (Reply, error) {
	return d.join(ctx, Call{Method: http.MethodPost, Path: api.RouteAccounts, Body: api.RegisterRequest{
		Email: d.Email, Password: Password, Language: "en", Device: d.NewDevice(),
	}})
}

// Enrol adds the computer to the account of its address.
func (d *Device) Enrol(ctx context.Context) (Reply, error) {
	return d.join(ctx, Call{Method: http.MethodPost, Path: api.RouteDevices, Body: api.EnrolRequest{
		Login: d.Email, Password: Password, Device: d.NewDevice(),
	}})
}

func (d *Device) join(ctx context.Context, c Call) (Reply, error) {
	reply, _, err := d.Insist(ctx, c)
	if err != nil || reply.Err() != nil {
		return reply, err
	}
	var out api.EnrolReply
	if err := json.Unmarshal(reply.Body, &out); err != nil {
		return reply, err
	}
	d.Account, d.ID, d.Challenge = out.Account, out.DeviceID, out.Challenge
	return reply, nil
}

// CheckIn reports the computer as it is, until the server has taken it: the same
// chain pair each time.
func (d *Device) CheckIn(ctx context.Context, locked bool) (api.DeviceReply, Reply, error) {
	next := Random(16)
	reply, _, err := d.Insist(ctx, Call{
		Method: http.MethodPost, Path: d.Path(api.RouteCheckIns, ""), Body: d.Report(d.Prev, next, locked),
	})
	if err != nil || reply.Err() != nil {
		return api.DeviceReply{}, reply, err
	}
	d.Prev = next
	out, err := d.Take(reply)
	return out, reply, err
}

// Report is the body of a check-in.
func (d *Device) Report(prev, next string, locked bool) api.CheckInRequest {
	r := api.CheckInRequest{Snapshot: Snapshot(d.Disk), Prev: prev, Next: next, Locked: locked}
	if locked {
		r.Ephemeral = d.Ephemeral()
	}
	return r
}

// AnswerCall is an answer to the device's challenge.
func (d *Device) AnswerCall(code string) Call {
	return Call{
		Method: http.MethodPost, Path: d.Path(api.RouteAnswers, d.Challenge.Reference), Key: Random(16),
		Body: api.AnswerRequest{Code: code, Snapshot: Snapshot(d.Disk), Ephemeral: d.Ephemeral()},
	}
}

// Answer types a code until the server has judged it.
func (d *Device) Answer(ctx context.Context, code string) (api.DeviceReply, Reply, error) {
	reply, _, err := d.Insist(ctx, d.AnswerCall(code))
	if err != nil || reply.Err() != nil {
		return api.DeviceReply{}, reply, err
	}
	out, err := d.Take(reply)
	return out, reply, err
}

// Look asks where the device stands.
func (d *Device) Look(ctx context.Context) (api.DeviceReply, Reply, error) {
	reply, _, err := d.Insist(ctx, Call{Method: http.MethodGet, Path: d.Path(api.RouteDevice, "")})
	if err != nil || reply.Err() != nil {
		return api.DeviceReply{}, reply, err
	}
	out, err := d.Take(reply)
	return out, reply, err
}

// SendAgain asks for the challenge's code once more.
func (d *Device) SendAgain(ctx context.Context) (Reply, error) {
	reply, _, err := d.Insist(ctx, Call{
		Method: http.MethodPost, Path: d.Path(api.RouteDeliveries, d.Challenge.Reference), Body: api.DeliveryRequest{},
	})
	return reply, err
}

// History gives the newest page of what happened to the device.
func (d *Device) History(ctx context.Context) (api.History, error) {
	var out api.History
	reply, _, err := d.Insist(ctx, Call{Method: http.MethodGet, Path: d.Path(api.RouteHistory, "")})
	if err == nil {
		err = reply.Err()
	}
	if err == nil {
		err = json.Unmarshal(reply.Body, &out)
	}
	return out, err
}

// Take reads a device's reply: its challenge and its share are kept.
func (d *Device) Take(r Reply) (api.DeviceReply, error) {
	var out api.DeviceReply
	if err := json.Unmarshal(r.Body, &out); err != nil {
		return out, err
	}
	if out.Challenge != nil {
		d.Challenge = *out.Challenge
	}
	if out.Release == nil {
		return out, nil
	}
	var err error
	d.Share, err = d.open(*out.Release)
	return out, err
}
