-- +goose Up
-- account '' is every managed account; device '' is every computer of the account.
CREATE TABLE windows (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  device TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('it', 'person')),
  kinds TEXT NOT NULL,
  identity_groups TEXT NOT NULL,
  flags TEXT NOT NULL,
  opens BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  used BIGINT NOT NULL,
  created BIGINT NOT NULL,
  note TEXT NOT NULL,
  CHECK (closes > opens),
  CHECK (origin = 'it' OR (account <> '' AND device <> '')),
  CHECK (device = '' OR origin = 'person')
);
CREATE UNIQUE INDEX windows_one_announced ON windows (device) WHERE origin = 'person' AND used = 0;
CREATE INDEX windows_account ON windows (account, closes);

CREATE TABLE announcements (
  challenge TEXT PRIMARY KEY REFERENCES challenges (id) ON DELETE CASCADE,
  identity_groups TEXT NOT NULL,
  hours BIGINT NOT NULL CHECK (hours BETWEEN 1 AND 168)
);

-- The version of the placeholder rules that the newest snapshot was read under.
ALTER TABLE configurations ADD COLUMN rules BIGINT NOT NULL DEFAULT 0;
