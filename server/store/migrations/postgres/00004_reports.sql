-- +goose Up
-- A message may be delivered, as a carrier reports; provider is what a provider
-- calls it, so that its later report finds it.
ALTER TABLE messages DROP CONSTRAINT messages_state_check;
ALTER TABLE messages ADD CONSTRAINT messages_state_check
  CHECK (state IN ('queued', 'handed-over', 'put-off', 'refused', 'bounced', 'delivered'));
ALTER TABLE messages ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_provider ON messages (provider) WHERE provider <> '';
CREATE INDEX messages_message_id ON messages (message_id);
