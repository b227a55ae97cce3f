-- +goose Up
-- The key ring: data keys, wrapped under master keys that are not here, and the
-- rotations that are under way.
CREATE TABLE data_keys (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('seal', 'pepper')),
  version BIGINT NOT NULL,
  created BIGINT NOT NULL,
  UNIQUE (purpose, version)
);

CREATE TABLE data_key_wraps (
  key TEXT NOT NULL REFERENCES data_keys (id) ON DELETE CASCADE,
  master TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (key, master)
);

-- place and after are where the pass stands; until is when an old pepper goes.
CREATE TABLE rotations (
  kind TEXT PRIMARY KEY CHECK (kind IN ('master', 'pepper', 'lost')),
  begun BIGINT NOT NULL,
  version BIGINT NOT NULL,
  master TEXT NOT NULL,
  place BIGINT NOT NULL,
  after TEXT NOT NULL,
  until BIGINT NOT NULL
);

-- Issuer keys that were stay, for certificates that they signed.
ALTER TABLE issuers RENAME TO issuers_before;
CREATE TABLE issuers (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('current', 'next', 'past')),
  public BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created BIGINT NOT NULL,
  ended BIGINT NOT NULL
);
INSERT INTO issuers (id, role, public, sealed, created, ended)
  SELECT id, role, public, sealed, created, 0 FROM issuers_before;
DROP TABLE issuers_before;
CREATE UNIQUE INDEX issuers_one ON issuers (role) WHERE role <> 'past';

-- Signed changes of the issuer keys: signer became current in the place of
-- previous, which is empty where nothing vouches for the new keys.
CREATE TABLE issuer_changes (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  previous TEXT NOT NULL,
  signer TEXT NOT NULL,
  signed TEXT NOT NULL
);
