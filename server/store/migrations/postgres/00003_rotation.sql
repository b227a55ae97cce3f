-- +goose Up
ALTER TABLE audit ADD COLUMN facts TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_history ON audit (account, device, seq) WHERE facts <> '';

ALTER TABLE shares ADD COLUMN reason TEXT NOT NULL DEFAULT '';

ALTER TABLE devices ADD COLUMN hardware TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN claim BYTEA NOT NULL DEFAULT '';

CREATE TABLE key_requests (
  device TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
  keyid TEXT NOT NULL UNIQUE,
  public TEXT NOT NULL,
  hardware TEXT NOT NULL,
  next TEXT NOT NULL,
  seq BIGINT NOT NULL,
  created BIGINT NOT NULL
);
