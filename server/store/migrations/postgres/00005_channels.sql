-- +goose Up
-- An account may have phones beside its address. Where its codes go ('' is e-mail) is the
-- account's; a challenge keeps the contacts that it began with. A phone may belong
-- to several accounts, an address to one.
ALTER TABLE accounts ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN contact TEXT NOT NULL DEFAULT '';

ALTER TABLE contacts ADD COLUMN trusted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN failing TEXT NOT NULL DEFAULT '{}';
DROP INDEX contacts_one_owner;
CREATE UNIQUE INDEX contacts_one_owner ON contacts (blind) WHERE verified > 0 AND removed = 0 AND channel = 'email';
CREATE INDEX contacts_removed ON contacts (removed) WHERE removed > 0;

ALTER TABLE challenges ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE challenges ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE challenges ADD COLUMN wish TEXT NOT NULL DEFAULT '';
UPDATE challenges SET email = contact;

-- A computer that its owner shut out by a link in a message, until a time.
ALTER TABLE devices ADD COLUMN blocked BIGINT NOT NULL DEFAULT 0;

-- Codes sent to the phones of a country in an hour (since 1970), and those of them
-- that were typed. part is 'owners' or 'others'.
CREATE TABLE country_sends (
  country TEXT NOT NULL,
  part TEXT NOT NULL,
  hour BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  verified BIGINT NOT NULL,
  PRIMARY KEY (country, part, hour)
);
CREATE INDEX country_sends_hour ON country_sends (hour);
