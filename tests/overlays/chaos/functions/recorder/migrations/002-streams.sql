-- How far each stream was emitted through the outbox.
CREATE TABLE streams (
  subject text PRIMARY KEY,
  last integer NOT NULL DEFAULT 0
);
