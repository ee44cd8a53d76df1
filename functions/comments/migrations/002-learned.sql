-- What decisions of moderators teach: how many comments with a word were spam, and how many were let pass. Words are keyed hashes.
CREATE TABLE learned (
  token text PRIMARY KEY,
  spam integer NOT NULL DEFAULT 0,
  ham integer NOT NULL DEFAULT 0
);
ALTER TABLE moderation ADD COLUMN spam_seen integer NOT NULL DEFAULT 0, ADD COLUMN ham_seen integer NOT NULL DEFAULT 0;
-- What a comment taught last, to take it back when it is decided otherwise: its tokens, and whether as spam.
ALTER TABLE comments ADD COLUMN taught text[], ADD COLUMN taught_spam boolean;
