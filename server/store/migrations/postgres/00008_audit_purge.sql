-- +goose Up
-- What is old enough may leave the audit log: a checkpoint holds the hash of the last
-- row of an account that goes. The checkpoints of a purge are gathered first, and fixed
-- once the purge is there; rows go only once a signed root vouches for it (root > 0).
CREATE TABLE audit_checkpoints (
  purge BIGINT NOT NULL,
  account TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL,
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
CREATE FUNCTION audit_checkpoints_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held BIGINT;
BEGIN
  IF TG_OP = 'INSERT' THEN held := NEW.purge; ELSE held := OLD.purge; END IF;
  IF EXISTS (SELECT 1 FROM audit_purges WHERE number = held)
    AND (TG_OP <> 'DELETE' OR NOT EXISTS (SELECT 1 FROM audit_purges WHERE number > held AND root > 0)) THEN
    RAISE EXCEPTION 'the audit log is append-only';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_checkpoints_no_change BEFORE INSERT OR UPDATE OR DELETE ON audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION audit_checkpoints_fixed();
-- +goose StatementBegin
CREATE FUNCTION audit_purged_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_checkpoints c JOIN audit_purges p ON p.number = c.purge
    WHERE p.root > 0 AND c.account = OLD.account AND OLD.seq <= c.seq) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only';
END;
$$;
-- +goose StatementEnd
DROP TRIGGER audit_no_change ON audit;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_purged_alone();
CREATE TRIGGER audit_purges_no_removal BEFORE DELETE ON audit_purges
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
