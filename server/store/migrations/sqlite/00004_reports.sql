-- +goose Up
-- A message may be delivered, as a carrier reports; provider is what a provider
-- calls it, so that its later report finds it. SQLite changes a check by a copy.
ALTER TABLE messages RENAME TO messages_before;
CREATE TABLE messages (
  id BIGINT PRIMARY KEY,
  challenge TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (number),
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'handed-over', 'put-off', 'refused', 'bounced', 'delivered')),
  attempt BIGINT NOT NULL,
  due BIGINT NOT NULL,
  lease BIGINT NOT NULL,
  worker TEXT NOT NULL,
  created BIGINT NOT NULL,
  asked BIGINT NOT NULL,
  handed BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  detail TEXT NOT NULL,
  message_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  device TEXT NOT NULL,
  place TEXT NOT NULL,
  reason TEXT NOT NULL,
  changes TEXT NOT NULL,
  data TEXT NOT NULL
);
INSERT INTO messages (id, challenge, account, contact, channel, kind, language, epoch, state, attempt, due, lease, worker, created, asked, handed, changed, expires, detail, message_id, provider, reference, device, place, reason, changes, data)
  SELECT id, challenge, account, contact, channel, kind, language, epoch, state, attempt, due, lease, worker, created, asked, handed, changed, expires, detail, message_id, '', reference, device, place, reason, changes, data FROM messages_before;
DROP TABLE messages_before;
CREATE INDEX messages_due ON messages (due) WHERE state IN ('queued', 'put-off');
CREATE INDEX messages_challenge ON messages (challenge);
CREATE INDEX messages_account ON messages (account);
CREATE INDEX messages_provider ON messages (provider) WHERE provider <> '';
CREATE INDEX messages_message_id ON messages (message_id);
