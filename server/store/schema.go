package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrOlder says that the database has an older schema than this program, and that
// it was opened without leave to change it.
var ErrOlder = errors.New("store: the database has an older schema")

// WithoutMigration lets Open make the schema of an empty database and change no
// other: one that is older gives ErrOlder. So that a new program started beside old
// ones does not change their database under them.
func WithoutMigration() Option { return func(d *DB) { d.keepSchema = true } }

// isPostgres says whether an address is one of PostgreSQL; else it is a file.
func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Schema gives the version of a database's schema, 0 where it has none, and the one
// that this program works with. It changes nothing, and makes no file.
func Schema(ctx context.Context, dsn string) (current, target int64, err error) {
	if target, err = newestMigration(); err != nil {
		return 0, 0, err
	}
	driver, name, exists := "pgx", dsn, "SELECT count(to_regclass('goose_db_version'))"
	if !isPostgres(dsn) {
		if _, err := os.Stat(dsn); errors.Is(err, fs.ErrNotExist) {
			return 0, target, nil
		}
		driver, name = "sqlite", liteDSN(dsn)+"&mode=rw"
		exists = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'"
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return 0, target, fmt.Errorf("store: %w", err)
	}
	defer db.Close()
	var there int64
	err = db.QueryRowContext(ctx, exists).Scan(&there)
	if err == nil && there > 0 {
		err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&current)
	}
	if err != nil {
		return 0, target, fmt.Errorf("store: schema: %w", err)
	}
	return current, target, nil
}

// newestMigration is the version that this program brings a schema to.
func newestMigration() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/postgres/*.sql")
	if err != nil || len(files) == 0 {
		return 0, errors.New("store: no migrations")
	}
	slices.Sort(files)
	number, _, _ := strings.Cut(path.Base(files[len(files)-1]), "_")
	return strconv.ParseInt(number, 10, 64)
}

// Migrate brings a database's schema up to date, or to a version where to is above
// zero, and gives the version before. It makes a SQLite file where there is none, and
// gives the roles of a PostgreSQL database their rights anew, where there are any.
// Errors: ErrNewer where the schema, or to, is beyond what this program knows.
func Migrate(ctx context.Context, dsn string, to int64) (from int64, err error) {
	from, target, err := Schema(ctx, dsn)
	if err != nil {
		return from, err
	}
	if to == 0 {
		to = target
	}
	if from > target || to > target {
		return from, ErrNewer
	}
	if from >= to && !isPostgres(dsn) {
		return from, nil
	}
	driver, name, dialect, dir := "pgx", dsn, goose.DialectPostgres, "migrations/postgres"
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if isPostgres(dsn) {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return from, fmt.Errorf("store: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	} else {
		if err := private(dsn); err != nil {
			return from, err
		}
		driver, name, dialect, dir = "sqlite", liteDSN(dsn), goose.DialectSQLite3, "migrations/sqlite"
	}
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return from, fmt.Errorf("store: %w", err)
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return from, fmt.Errorf("store: %w", err)
	}
	defer db.Close()
	if from < to {
		if err := upTo(ctx, db, dialect, files, to, options...); err != nil {
			return from, err
		}
	}
	if isPostgres(dsn) {
		return from, keepRoles(ctx, db)
	}
	return from, nil
}

func upTo(ctx context.Context, db *sql.DB, dialect goose.Dialect, files fs.FS, to int64, options ...goose.ProviderOption) error {
	p, err := goose.NewProvider(dialect, db, files, options...)
	if err == nil {
		_, err = p.UpTo(ctx, to)
	}
	if err != nil {
		return fmt.Errorf("store: migration: %w", err)
	}
	return nil
}

// withinSchema refuses to open a database that has an older schema.
func withinSchema(ctx context.Context, dsn string) error {
	current, target, err := Schema(ctx, dsn)
	if err == nil && current > 0 && current < target {
		return ErrOlder
	}
	return err
}
