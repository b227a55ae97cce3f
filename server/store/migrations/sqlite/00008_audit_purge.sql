-- +goose Up
-- What is old enough may leave the audit log: a checkpoint holds the hash of the last
-- row of an account that goes. The checkpoints of a purge are gathered first, and fixed
-- once the purge is there; rows go only once a signed root vouches for it (root > 0).
CREATE TABLE audit_checkpoints (
  purge BIGINT NOT NULL,
  account TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (purge, account)
);

-- noted is the row of the console's chain that names the checkpoints' tree.
CREATE TABLE audit_purges (
  number BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  before BIGINT NOT NULL,
  accounts BIGINT NOT NULL,
  noted BIGINT NOT NULL,
  root BIGINT NOT NULL,
  done BIGINT NOT NULL
);
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_no_insert BEFORE INSERT ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_purges WHERE number = NEW.purge)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_purges WHERE number = OLD.purge)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
WHEN EXISTS (SELECT 1 FROM audit_purges WHERE number = OLD.purge)
  AND NOT EXISTS (SELECT 1 FROM audit_purges WHERE number > OLD.purge AND root > 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
DROP TRIGGER audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_checkpoints c JOIN audit_purges p ON p.number = c.purge
  WHERE p.root > 0 AND c.account = OLD.account AND OLD.seq <= c.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_purges_no_delete BEFORE DELETE ON audit_purges
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- +goose StatementEnd
