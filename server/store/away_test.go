package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/server"
)

func TestADatabaseThatIsAwayIsBusy(t *testing.T) {
	_, dial := net.Dial("tcp", "127.0.0.1:1")
	for _, err := range []error{
		dial, driver.ErrBadConn, &pgconn.PgError{Code: "57P01"}, &pgconn.PgError{Code: "08006"}, &pgconn.PgError{Code: "53300"},
		fmt.Errorf("store: %w", errors.New("conn closed")),
	} {
		if got := away(err); api.CodeOf(got) != api.CodeBusy || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	for _, err := range []error{
		nil, server.ErrNotFound, server.ErrExists, context.Canceled, api.NewError(api.CodeWrong), &pgconn.PgError{Code: pgUnique},
		errors.New("anything else"),
	} {
		if got := away(err); got != err { //nolint:errorlint // the very same
			t.Errorf("%v became %v", err, got)
		}
	}
}
