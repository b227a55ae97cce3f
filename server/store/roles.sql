-- Roles for whoever reaches the database with SQL. Run by whoever owns the tables, in
-- the schema that holds them, after every update of the schema; it may run again and
-- again. The roles cannot sign in themselves: grant them to users that can.
--
--   holdfast_app      the server. It reads and writes, but changes or removes no row
--                     of the audit log and its roots, purges nothing there, and changes
--                     no schema.
--   holdfast_staff    reads what the console shows of accounts: no sealed value, no
--                     index that an address could be guessed by, no secret, no key,
--                     no password. It writes nothing.
--   holdfast_auditor  reads the audit log, its roots and the public keys that signed
--                     them. It writes nothing.

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['holdfast_app', 'holdfast_staff', 'holdfast_auditor'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name);
    END IF;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), name);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', current_schema(), name);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
  END LOOP;
  EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', current_schema());
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC', current_schema());
END;
$$;

CREATE OR REPLACE VIEW console_accounts AS
  SELECT number, state, language, policy, created, seen FROM accounts;

CREATE OR REPLACE VIEW console_contacts AS
  SELECT account, channel, verified > 0 AS verified, failures, enrol_stopped FROM contacts;

CREATE OR REPLACE VIEW console_devices AS
  SELECT id, account, name, platform, state, assurance, hardware, created, activated, last_seen FROM devices;

CREATE OR REPLACE VIEW console_challenges AS
  SELECT account, device, reference, state, reason, channel, failures, opened, closed, expires FROM challenges;

CREATE OR REPLACE VIEW console_messages AS
  SELECT account, channel, kind, state, attempt, due, created, handed, changed, detail, reference FROM messages;

CREATE OR REPLACE VIEW console_holds AS
  SELECT account, device, reason, created, until FROM holds;

CREATE OR REPLACE VIEW console_issuers AS
  SELECT id, role, public, created FROM issuers;

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO holdfast_app', current_schema());
END;
$$;
REVOKE UPDATE, DELETE ON audit, audit_roots FROM holdfast_app;
REVOKE INSERT, UPDATE, DELETE ON audit_purges, audit_checkpoints FROM holdfast_app;
REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM holdfast_app;

GRANT SELECT ON console_accounts, console_contacts, console_devices, console_challenges, console_messages, console_holds
  TO holdfast_staff;
GRANT SELECT ON audit, audit_roots, audit_leaves, audit_purges, audit_checkpoints, console_issuers TO holdfast_auditor;
