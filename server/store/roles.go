package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
)

//go:embed roles.sql
var rolesSQL string

// ErrNoRoles says that a database has no roles: SQLite is one file, and whoever can
// read it reads all of it.
var ErrNoRoles = errors.New("store: a SQLite database has no roles")

// RolesSQL is what MakeRoles runs, for whoever wants to read it or to run it with
// other tools.
func RolesSQL() string { return rolesSQL }

// MakeRoles makes the roles holdfast_app, holdfast_staff and holdfast_auditor of a
// PostgreSQL database and gives each its rights, whatever it had. The address must be
// that of the tables' owner, who may make roles. Errors: ErrNoRoles, and whatever the
// database says.
func MakeRoles(ctx context.Context, dsn string) error {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return ErrNoRoles
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer db.Close()
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if _, err := t.ExecContext(ctx, rolesSQL); err != nil {
		_ = t.Rollback()
		return fmt.Errorf("store: roles: %w", err)
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
