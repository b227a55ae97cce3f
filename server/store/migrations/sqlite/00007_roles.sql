-- +goose Up
-- Hourly roots of the audit log: a leaf is the head of an account's chain. The
-- leaves of a root are gathered first, and fixed once its signed root is there.
CREATE INDEX audit_time ON audit (at, account, seq);

CREATE TABLE audit_roots (
  number BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  accounts BIGINT NOT NULL,
  signed TEXT NOT NULL
);

CREATE TABLE audit_leaves (
  root BIGINT NOT NULL,
  account TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (root, account)
);
-- +goose StatementBegin
CREATE TRIGGER audit_roots_no_update BEFORE UPDATE ON audit_roots
BEGIN SELECT RAISE(ABORT, 'the roots of the audit log are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_roots_no_delete BEFORE DELETE ON audit_roots
BEGIN SELECT RAISE(ABORT, 'the roots of the audit log are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_no_insert BEFORE INSERT ON audit_leaves
WHEN EXISTS (SELECT 1 FROM audit_roots WHERE number = NEW.root)
BEGIN SELECT RAISE(ABORT, 'the roots of the audit log are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves
WHEN EXISTS (SELECT 1 FROM audit_roots WHERE number = OLD.root)
BEGIN SELECT RAISE(ABORT, 'the roots of the audit log are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves
WHEN EXISTS (SELECT 1 FROM audit_roots WHERE number = OLD.root)
BEGIN SELECT RAISE(ABORT, 'the roots of the audit log are append-only'); END;
-- +goose StatementEnd

-- Who may use the console. totp is sealed, link is a hash.
CREATE TABLE staff_users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'staff', 'auditor', 'operator')),
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'removed')),
  password TEXT NOT NULL,
  totp BLOB NOT NULL,
  totp_step BIGINT NOT NULL,
  link BLOB NOT NULL,
  link_until BIGINT NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL
);
CREATE UNIQUE INDEX staff_users_name ON staff_users (name) WHERE state <> 'removed';
CREATE UNIQUE INDEX staff_users_link ON staff_users (link) WHERE length(link) > 0;

-- id is a hash of what the browser holds.
CREATE TABLE staff_sessions (
  id BLOB PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES staff_users (id),
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  proved BIGINT NOT NULL
);
CREATE INDEX staff_sessions_user ON staff_sessions (user_id);
