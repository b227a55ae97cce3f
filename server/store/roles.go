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
	return grantRoles(ctx, db)
}

// rolesLock lets one process at a time give rights: two at once would be in each
// other's way in the catalogue.
const rolesLock = 0x686f6c64

func grantRoles(ctx context.Context, db *sql.DB) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	_, err = t.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", rolesLock)
	if err == nil {
		_, err = t.ExecContext(ctx, rolesSQL)
	}
	if err != nil {
		_ = t.Rollback()
		return fmt.Errorf("store: roles: %w", err)
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// haveRoles says whether MakeRoles was run in this schema, and whether we may give
// rights on its tables.
const haveRoles = `SELECT coalesce(
	(SELECT count(*) FROM pg_roles WHERE rolname IN ('holdfast_app', 'holdfast_staff', 'holdfast_auditor')) = 3
	AND EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v' AND relname = 'console_accounts')
	AND (SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = 'audit'), false)`

// keepRoles gives the roles of a PostgreSQL database their rights anew, where they
// were made once: what a migration made has none yet. It makes no role.
func keepRoles(ctx context.Context, db *sql.DB) error {
	var there bool
	if err := db.QueryRowContext(ctx, haveRoles).Scan(&there); err != nil {
		return fmt.Errorf("store: roles: %w", err)
	}
	if !there {
		return nil
	}
	return grantRoles(ctx, db)
}
