package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrateTries is how often a migration that met another process's is looked at
// again.
const migrateTries = 50

func migrateSQLite(ctx context.Context, dsn string) error {
	return migrate(ctx, "sqlite", dsn, goose.DialectSQLite3, "migrations/sqlite")
}

func migratePostgres(ctx context.Context, dsn string) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return migrate(ctx, "pgx", dsn, goose.DialectPostgres, "migrations/postgres", goose.WithSessionLocker(locker))
}

// migrate brings a schema up to date, refuses a newer one, and is content when
// another process has done it meanwhile.
func migrate(ctx context.Context, driver, dsn string, dialect goose.Dialect, dir string, opts ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for try := 1; ; try++ {
		err := migrateOnce(ctx, driver, dsn, dialect, files, opts...)
		if err == nil || err == ErrNewer || try == migrateTries || ctx.Err() != nil || driver != "sqlite" {
			return err
		}
		if err := wait(ctx, time.Duration(try)*time.Millisecond); err != nil {
			return err
		}
	}
}

func migrateOnce(ctx context.Context, driver, dsn string, dialect goose.Dialect, files fs.FS, opts ...goose.ProviderOption) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer db.Close()
	p, err := goose.NewProvider(dialect, db, files, append(opts, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if current > target {
		return ErrNewer
	}
	if current == target {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migration: %w", err)
	}
	if driver == "pgx" {
		return keepRoles(ctx, db)
	}
	return nil
}
