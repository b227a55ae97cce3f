-- +goose Up
ALTER TABLE audit ADD COLUMN facts TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_history ON audit (account, device, seq) WHERE facts <> '';
