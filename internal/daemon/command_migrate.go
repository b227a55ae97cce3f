package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server/store"
)

// migrate brings the database's schema up to date, or says what it would do. A
// schema that is newer than this program is refused: there is no way back but a
// backup.
func (p Program) migrate(ctx context.Context) error {
	var check, roles bool
	s, rest, err := p.settings(func(f *flag.FlagSet) {
		f.BoolVar(&check, "check", false, "")
		f.BoolVar(&roles, "roles", false, "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return refuse("flags", text.Data{"Why": rest[0]})
	}
	if err := s.builtInThere(); err != nil {
		return err
	}
	from, to, err := store.Schema(ctx, s.database())
	if err == nil && from > to {
		err = store.ErrNewer
	}
	if err == nil && !check {
		from, err = store.Migrate(ctx, s.database(), 0)
	}
	if err == nil && roles && !check {
		err = store.MakeRoles(ctx, s.database())
	}
	if errors.Is(err, store.ErrNoRoles) {
		return refuse("roles-none", nil)
	}
	if err != nil {
		return databaseRefusal(err, &s)
	}
	key := "daemon.migrate.done"
	switch {
	case from == to:
		key = "daemon.migrate.current"
	case check:
		key = "daemon.migrate.would"
	}
	_, err = fmt.Fprintln(p.Stdout, text.For(p.language()).T(key, text.Data{"From": from, "To": to}))
	return err
}
