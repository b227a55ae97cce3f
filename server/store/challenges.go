package store

import (
	"cmp"
	"slices"

	"github.com/seed-1feef0b2/holdfast/server"
)

var (
	challenges = newTable("challenges", "id", "account", "device", "reference", "state", "reason", "contact", "channel",
		"secret", "failures", "changes", "place", "mute", "opened", "closed", "expires", "told", "seq",
		"email", "phone", "wish")
	epochs = newTable("epochs", "challenge", "channel", "number", "created", "handed")
)

func challengeValues(c server.Challenge) []any {
	return []any{
		c.ID, c.Account, c.Device, c.Reference, c.State, c.Reason, c.Contact, c.Channel,
		blob(c.Secret), c.Failures, pack(c.Changes), c.Place, flag(c.Mute), c.Opened, c.Closed, c.Expires, c.Told, c.Seq,
		c.Email, c.Phone, c.Wish,
	}
}

func scanChallenge(r scanner) (c server.Challenge, err error) {
	var changes string
	var mute int64
	err = r.Scan(&c.ID, &c.Account, &c.Device, &c.Reference, &c.State, &c.Reason, &c.Contact, &c.Channel,
		&c.Secret, &c.Failures, &changes, &c.Place, &mute, &c.Opened, &c.Closed, &c.Expires, &c.Told, &c.Seq,
		&c.Email, &c.Phone, &c.Wish)
	if err != nil {
		return c, err
	}
	c.Mute = mute != 0
	return c, unpack(changes, &c.Changes)
}

// AddChallenge also knows that nothing hangs on a new challenge yet.
func (t *tx) AddChallenge(c server.Challenge) error {
	if err := t.add(&challenges, challengeValues(c)...); err != nil {
		return err
	}
	q, _, _ := listed[server.Epoch](t, epochsOf, c.ID)
	t.t.answers[q] = []server.Epoch(nil)
	q, _, _ = listed[server.OutboxRow](t, messagesOf, c.ID)
	t.t.answers[q] = []server.OutboxRow(nil)
	return nil
}

func (t *tx) Challenge(id string) (server.Challenge, error) {
	return one(t, scanChallenge, challenges.selected+"WHERE id = $1", id)
}

func (t *tx) ChallengeByReference(device, reference string) (server.Challenge, error) {
	return one(t, scanChallenge, challenges.selected+"WHERE device = $1 AND reference = $2", device, reference)
}

func (t *tx) LatestChallenge(device string) (server.Challenge, error) {
	return one(t, scanChallenge, challenges.selected+"WHERE device = $1 ORDER BY seq DESC LIMIT 1", device)
}

func (t *tx) OpenChallenges(account string) ([]server.Challenge, error) {
	return all(t, scanChallenge, challenges.selected+"WHERE account = $1 AND state = 'open' ORDER BY id", account)
}

func (t *tx) SaveChallenge(c server.Challenge) error {
	return t.change(challenges.update, challengeValues(c)...)
}

func scanEpoch(r scanner) (e server.Epoch, err error) {
	err = r.Scan(&e.Challenge, &e.Channel, &e.Number, &e.Created, &e.Handed)
	return e, err
}

func (t *tx) AddEpoch(e server.Epoch) error {
	q, list, known := listed[server.Epoch](t, epochsOf, e.Challenge)
	err := t.exec(epochs.insert, e.Challenge, e.Channel, e.Number, e.Created, e.Handed)
	if err == nil && known {
		t.t.answers[q] = append(slices.Clone(list), e)
	}
	return err
}

var epochsOf = epochs.selected + "WHERE challenge = $1"

func (t *tx) Epochs(challenge string) ([]server.Epoch, error) {
	list, err := all(t, scanEpoch, epochsOf, challenge)
	slices.SortFunc(list, func(a, b server.Epoch) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Channel, b.Channel))
	})
	return list, err
}

func (t *tx) SaveEpoch(e server.Epoch) error {
	q, list, known := listed[server.Epoch](t, epochsOf, e.Challenge)
	err := t.change("UPDATE epochs SET handed = $4 WHERE challenge = $1 AND channel = $2 AND number = $3",
		e.Challenge, e.Channel, e.Number, e.Handed)
	if err == nil && known {
		list = slices.Clone(list)
		for i, o := range list {
			if o.Channel == e.Channel && o.Number == e.Number {
				list[i].Handed = e.Handed
			}
		}
		t.t.answers[q] = list
	}
	return err
}

func (t *tx) ExpireChallenges(now int64) error {
	return t.exec("UPDATE challenges SET state = 'expired', closed = $1, secret = $2 WHERE state = 'open'", now, blob(nil))
}
