package web

import (
	"context"
	"io"

	"github.com/seed-1feef0b2/holdfast/server"
)

// Service is what this package needs of *server.Service. Every act checks the
// right of whoever sits there by itself.
type Service interface {
	Seated(ctx context.Context, seat server.Seat) (server.Principal, error)
	Allow(ctx context.Context, seat server.Seat, right server.Right) error

	Link(ctx context.Context, token string) (server.LinkView, error)
	AcceptLink(ctx context.Context, seat server.Seat, token, password, code string) (string, error)
	StaffSignIn(ctx context.Context, seat server.Seat, name, password, code string) (string, error)
	StaffProve(ctx context.Context, seat server.Seat, code string) error
	StaffSignOut(ctx context.Context, seat server.Seat) error

	StaffAccount(ctx context.Context, seat server.Seat, number string) (server.AccountView, error)
	StaffSendAgain(ctx context.Context, seat server.Seat, device string) (string, error)
	StaffHold(ctx context.Context, seat server.Seat, number string, days int, reason string) error
	StaffRevoke(ctx context.Context, seat server.Seat, device, reason string) (string, error)

	StaffAudit(ctx context.Context, seat server.Seat, number string, after int64) (server.TrailPage, error)
	StaffAuditExport(ctx context.Context, seat server.Seat, number string, w io.Writer) error
	StaffRoots(ctx context.Context, seat server.Seat) ([]server.AuditRoot, error)
	StaffRootExport(ctx context.Context, seat server.Seat, number int64, open func(server.AuditRoot) io.Writer) error
	StaffHealth(ctx context.Context, seat server.Seat) (server.Health, error)
	StaffLimits(ctx context.Context, seat server.Seat) ([]server.Parameter, error)

	StaffUsers(ctx context.Context, seat server.Seat) ([]server.UserView, error)
	StaffAddUser(ctx context.Context, seat server.Seat, role server.Role, name string) (server.Invitation, error)
	StaffInviteUser(ctx context.Context, seat server.Seat, name string) (server.Invitation, error)
	StaffRemoveUser(ctx context.Context, seat server.Seat, name string) error
}
