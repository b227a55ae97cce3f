package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-1feef0b2/holdfast/api"
)

// away turns an error that says that the database cannot be reached into api
// code busy: whoever asked may ask again. Whether a write was done is then not
// known, which its idempotency key settles. Every other error stays as it is.
func away(err error) error {
	var ours *api.Error
	if err == nil || errors.As(err, &ours) || !unreachable(err) {
		return err
	}
	return api.Wrap(api.CodeBusy, err)
}

func unreachable(err error) bool {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		// Appendix A of PostgreSQL's manual: 08 connection exception, 57P01 to 57P03
		// it stops, it crashed, it starts; 53300 too many connections.
		return strings.HasPrefix(said.Code, "08") || strings.HasPrefix(said.Code, "57P0") || said.Code == "53300"
	}
	var connect *pgconn.ConnectError
	var op *net.OpError
	return errors.As(err, &connect) || errors.As(err, &op) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.HasSuffix(err.Error(), "conn closed") // pgconn's own, which it does not export
}
