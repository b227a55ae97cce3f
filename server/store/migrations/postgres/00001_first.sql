-- +goose Up
CREATE TABLE accounts (
  number TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active')),
  password TEXT NOT NULL,
  language TEXT NOT NULL,
  policy TEXT NOT NULL CHECK (policy IN ('strict', 'balanced', 'managed')),
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL
);
CREATE INDEX accounts_pending ON accounts (seen) WHERE state = 'pending';

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (number),
  channel TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  blind BYTEA NOT NULL,
  verified BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  enrol_stopped BIGINT NOT NULL
);
CREATE UNIQUE INDEX contacts_one_owner ON contacts (blind) WHERE verified > 0;
CREATE INDEX contacts_account ON contacts (account);

CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (number),
  keyid TEXT NOT NULL UNIQUE,
  public TEXT NOT NULL,
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'activated', 'limited', 'frozen', 'revoked')),
  once_active BIGINT NOT NULL,
  chain TEXT NOT NULL,
  last_prev TEXT NOT NULL,
  last_next TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  unread TEXT NOT NULL,
  seen_day BIGINT NOT NULL,
  seen BYTEA NOT NULL,
  failures TEXT NOT NULL,
  streak BIGINT NOT NULL,
  next_try BIGINT NOT NULL,
  checked BIGINT NOT NULL,
  sum BYTEA NOT NULL,
  assurance TEXT NOT NULL,
  created BIGINT NOT NULL,
  activated BIGINT NOT NULL,
  last_seen BIGINT NOT NULL
);
CREATE INDEX devices_account ON devices (account);
CREATE INDEX devices_pending ON devices (last_seen) WHERE state = 'pending';

CREATE TABLE revoked_keys (
  keyid TEXT PRIMARY KEY,
  public TEXT NOT NULL,
  device TEXT NOT NULL,
  account TEXT NOT NULL,
  revoked BIGINT NOT NULL,
  reason TEXT NOT NULL
);

CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (number),
  device TEXT NOT NULL,
  reason TEXT NOT NULL,
  created BIGINT NOT NULL,
  until BIGINT NOT NULL,
  condition TEXT NOT NULL
);
CREATE INDEX holds_account ON holds (account, until);

CREATE TABLE configurations (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  activated BIGINT NOT NULL,
  used BIGINT NOT NULL,
  sum BYTEA NOT NULL,
  moved_sum BYTEA NOT NULL,
  snapshot BYTEA NOT NULL,
  moved BYTEA NOT NULL
);
CREATE INDEX configurations_device ON configurations (device);

CREATE TABLE challenges (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (number),
  device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  reference TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'consumed', 'expired', 'locked', 'replaced')),
  reason TEXT NOT NULL,
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  secret BYTEA NOT NULL,
  failures BIGINT NOT NULL,
  changes TEXT NOT NULL,
  place TEXT NOT NULL,
  mute BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  told BIGINT NOT NULL,
  seq BIGINT NOT NULL
);
CREATE UNIQUE INDEX challenges_one_open ON challenges (device) WHERE state = 'open';
CREATE UNIQUE INDEX challenges_reference ON challenges (device, reference);
CREATE UNIQUE INDEX challenges_latest ON challenges (device, seq);
CREATE INDEX challenges_account ON challenges (account, state);

CREATE TABLE epochs (
  challenge TEXT NOT NULL REFERENCES challenges (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  number BIGINT NOT NULL,
  created BIGINT NOT NULL,
  handed BIGINT NOT NULL,
  PRIMARY KEY (challenge, channel, number)
);

CREATE TABLE messages (
  id BIGINT PRIMARY KEY,
  challenge TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (number),
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'handed-over', 'put-off', 'refused', 'bounced')),
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
  reference TEXT NOT NULL,
  device TEXT NOT NULL,
  place TEXT NOT NULL,
  reason TEXT NOT NULL,
  changes TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX messages_due ON messages (due) WHERE state IN ('queued', 'put-off');
CREATE INDEX messages_challenge ON messages (challenge);
CREATE INDEX messages_account ON messages (account);

CREATE TABLE counters (
  id BYTEA PRIMARY KEY,
  times TEXT NOT NULL,
  forget BIGINT NOT NULL
);
CREATE INDEX counters_forget ON counters (forget);

CREATE TABLE nonces (
  keyid TEXT NOT NULL,
  nonce TEXT NOT NULL,
  forget BIGINT NOT NULL,
  PRIMARY KEY (keyid, nonce)
);
CREATE INDEX nonces_forget ON nonces (forget);

CREATE TABLE replies (
  id BYTEA PRIMARY KEY,
  body BYTEA NOT NULL,
  outcome BYTEA NOT NULL,
  forget BIGINT NOT NULL
);
CREATE INDEX replies_forget ON replies (forget);

CREATE TABLE audit (
  account TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  device TEXT NOT NULL,
  event TEXT NOT NULL,
  result TEXT NOT NULL,
  detail TEXT NOT NULL,
  ip BYTEA NOT NULL,
  prev BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (account, seq)
);
-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();

CREATE TABLE shares (
  device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  generation BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (device, generation)
);

CREATE TABLE issuers (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL UNIQUE CHECK (role IN ('current', 'next')),
  public BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
