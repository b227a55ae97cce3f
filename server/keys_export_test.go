package server

import "context"

// SetKeyBatch makes a rotation's batches small.
func (s *Service) SetKeyBatch(n int) { s.keyed.batch = n }

// Opened opens every sealed value of the database and gives its secret by place
// and row. The versions that sealed them are the keys of the second map.
func (s *Service) Opened(ctx context.Context) (map[string]string, map[uint32]int, error) {
	secrets, versions := map[string]string{}, map[uint32]int{}
	err := s.store.Read(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, ctx: ctx}
		for _, place := range tx.SealedPlaces() {
			list, err := tx.SealedAfter(place, "", 1_000_000)
			if err != nil {
				return err
			}
			for _, v := range list {
				if len(v.Sealed) == 0 {
					continue
				}
				secret, err := w.open(place+" "+v.Row, v.Sealed)
				if err != nil {
					return err
				}
				secrets[place+" "+v.Row] = string(secret)
				versions[versionOf(v.Sealed)]++
			}
		}
		return nil
	})
	return secrets, versions, err
}

// Counted gives what was counted under a name.
func (s *Service) Counted(ctx context.Context, label, id string) (n int, err error) {
	err = s.store.Read(ctx, func(tx Tx) error {
		times, err := (&work{Service: s, tx: tx, ctx: ctx}).times(label, id)
		n = len(times)
		return err
	})
	return n, err
}

// Count counts once under a name, if the limit allows it.
func (s *Service) Count(ctx context.Context, label, id string, most int) (ok bool, err error) {
	err = s.store.Write(ctx, func(tx Tx) error {
		w := &work{Service: s, tx: tx, ctx: ctx, now: s.time().Unix()}
		until, err := w.take(label, id, rule{most, day})
		ok = until == 0
		return err
	})
	return ok, err
}
